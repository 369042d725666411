import { describe, expect, it } from '@jest/globals';
import { confinedTo } from './confined.js';
import { accountId, ask, inProject, organizationId, projectId, user, world, type World } from './testing/index.js';

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
