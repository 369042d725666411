import { describe, expect, it } from '@jest/globals';
import { confinedTo } from './confined.js';
import {
  accountId,
  ask,
  inProject,
  kind,
  organizationId,
  projectId,
  user,
  world,
  type World,
} from './testing/index.js';

/** ann owns acme, eve owns zeta; bob was a member of acme, and left. */
const left = (): World =>
  ['ann', 'eve', 'bob']
    .reduce((w, name) => w.account(name), world())
    .organization('acme', { owner: 'ann' })
    .organization('zeta', { owner: 'eve' })
    .project('site', { in: 'acme' })
    .member('acme', 'bob')
    .memberRemoved('acme', 'bob');

const told = ({ live }: World, of: string) =>
  ask(confinedTo(live, [organizationId(of)], projectId('site')), user('bob'), {
    action: 'project:read',
    resource: inProject('site'),
  }).reason;

describe('to those whom somebody left', () => {
  it('they are known as they left', () => expect(told(left(), 'acme')).toBe('not-a-member'));
  it('a later block is not told', () => expect(told(left().blocked('bob'), 'acme')).toBe('not-a-member'));
  it('a block that came before is', () => {
    const blocked = left().member('acme', 'bob').blocked('bob').memberRemoved('acme', 'bob');
    expect(told(blocked, 'acme')).toBe('account-blocked');
  });
  it('that they deleted their account is, where they left by that', () =>
    expect(told(left().deleted('bob'), 'acme')).toBe('account-deleted'));
  it('and is not, where they were elsewhere meanwhile', () => {
    const elsewhere = left().member('zeta', 'bob').memberRemoved('zeta', 'bob').deleted('bob');
    expect(told(elsewhere, 'acme')).toBe('not-a-member');
    expect(told(elsewhere, 'zeta')).toBe('account-deleted');
  });
  it('who never was there is nobody', () =>
    expect(confinedTo(left().live, [organizationId('zeta')], undefined).account(accountId('bob'))).toBeUndefined());
});

/** fay, at home nowhere, was an external in acme's project `site`. */
const removed = (before: (w: World) => World = (w) => w): World =>
  before(left().account('fay').externalsWelcome('site').external('site', 'fay')).collaboratorRemoved('site', 'fay');

describe('to a project that an external collaborator was removed from (AMB-39)', () => {
  const toldOf = (w: World) =>
    ask(confinedTo(w.live, [organizationId('acme')], projectId('site')), user('fay'), {
      action: 'project:read',
      resource: inProject('site'),
    });
  it('they are known as they left', () =>
    expect(toldOf(removed())).toMatchObject({ reason: 'not-a-member', evidence: [{ type: 'CollaboratorRemoved' }] }));
  it('a later block or deletion is not told', () => {
    expect(toldOf(removed().blocked('fay')).reason).toBe('not-a-member');
    expect(toldOf(removed().deleted('fay')).reason).toBe('not-a-member');
  });
  it('one that came before is', () => {
    expect(toldOf(removed((w) => w.blocked('fay'))).reason).toBe('account-blocked');
    expect(toldOf(removed((w) => w.deleted('fay'))).reason).toBe('account-deleted');
  });
  it('who is there has nothing to hide', () =>
    expect(toldOf(removed().external('site', 'fay').blocked('fay')).reason).toBe('account-blocked'));
});

it('a row that ended with its membership keeps nobody here (AMB-11)', () => {
  const bob = left().member('acme', 'bob').collaborator('site', 'bob').memberRemoved('acme', 'bob');
  expect(told(bob.blocked('bob'), 'acme')).toBe('not-a-member');
});

it('an external who is at home elsewhere pays there, wherever that is (ATT-05, AMB-23); at home nowhere, whose project it is', () => {
  const w = left().account('fay').externalsWelcome('site').external('site', 'eve').external('site', 'fay');
  const seen = confinedTo(w.live, [organizationId('acme')], projectId('site'));
  const paidBy = (name: string) =>
    ask(seen, user(name), { action: 'storage:read', resource: kind('storage', 'site'), channel: 'ui' }).attribution;
  expect(paidBy('eve')).toEqual({
    ...{ organizationId: null, projectId: null, apiKeyId: null },
    ...{ fallback: 'externalFallback', listingScope: 'defaultProject' },
  });
  expect(paidBy('fay')).toMatchObject({ organizationId: organizationId('acme'), fallback: 'fallback' });
});
