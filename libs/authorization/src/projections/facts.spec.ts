import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Timestamp } from '#libs/kernel';
import {
  accountId,
  anyWorld,
  digestOf,
  eventIdAt,
  foldOf,
  type Happening,
  keyId,
  organizationId,
  projectId,
  timeOf,
  world,
} from '../testing/index.js';
import { keyFact } from './key-facts.js';
import { accountFact, membershipFact } from './people-facts.js';
import { collaboratorFact, organizationFact, projectFact } from './place-facts.js';

const company = () =>
  world()
    .account('ann')
    .account('bob')
    .organization('acme', { owner: 'ann' })
    .member('acme', 'bob')
    .project('site', { in: 'acme' });

const only = (log: ReadonlyArray<Happening>, ...types: ReadonlyArray<string>) =>
  foldOf(log.filter(({ event }) => types.includes(event.type)));

describe('the facts about a key', () => {
  const { log } = company()
    .key('ci', { in: 'site', expiresAt: '2026-03-01T00:00:00.000Z' as Timestamp })
    .keyExpires('ci', '2026-04-01T00:00:00.000Z' as Timestamp)
    .keyRevoked('ci');

  it('is found by its id and by its digest, and is the same', () => {
    const live = foldOf(log);
    expect(live.key(keyId('ci'))).toBe(live.keyByDigest(digestOf('ci')));
    expect(live.key(keyId('ci'))).toMatchObject({ revoked: { type: 'KeyRevoked' }, created: { type: 'KeyCreated' } });
  });

  it.each(['KeyExpirationSet', 'KeyRevoked'])(
    'are known from %s alone: what takes a key away says so by itself',
    (type) => {
      const key = only(log, type).keyByDigest(digestOf('ci'));
      expect(key).toMatchObject({ id: 'key_ci', organizationId: 'org_acme', projectId: 'proj_site', created: null });
    },
  );

  it('keep the first end beside the one in force', () => {
    const [first, now] = ['2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'].map((end) => Date.parse(end));
    expect(foldOf(log).key(keyId('ci'))).toMatchObject({ firstExpiresAt: first, expiresAt: now });
  });

  it('a name is no fact, and leaves the others as they are', () => {
    const w = company().key('ci', { in: 'site' });
    const key = w.live.key(keyId('ci'));
    const data = { organizationId: organizationId('acme'), projectId: projectId('site'), name: 'x' };
    const recorded = { id: keyId('ci'), eventId: eventIdAt(99n), position: 99n, at: timeOf(99n), by: null };
    const renamed = { ...recorded, event: { type: 'KeyRenamed' as const, data } };
    expect(keyFact.project(key, renamed)).toBe(key);
    expect(keyFact.project(undefined, renamed)).toBeUndefined();
  });
});

describe('the facts about a membership', () => {
  it('keep the last end of each organization, also after a return', () => {
    const w = company().memberRemoved('acme', 'bob');
    const end = w.position;
    w.organization('zeta', { owner: 'zoe' }).member('zeta', 'bob').memberRemoved('zeta', 'bob').member('acme', 'bob');
    const bob = w.live.membership(accountId('bob'));
    expect(bob?.current?.organizationId).toBe('org_acme');
    expect([...(bob?.ended ?? [])].map(([id, { type }]) => [id, type])).toEqual([
      ['org_acme', 'MemberRemoved'],
      ['org_zeta', 'MemberRemoved'],
    ]);
    expect(bob?.ended.get(organizationId('acme'))?.position).toBe(end);
  });

  it("a role after the end is nobody's", () =>
    expect(
      company().memberRemoved('acme', 'bob').memberRole('acme', 'bob', 'admin').live.membership(accountId('bob'))
        ?.current,
    ).toBeNull());
});

describe('what befalls nothing is nothing', () => {
  it('an organization or a project that was not made', () => {
    const { log } = company().saw('acme', 'OrganizationSuspended').knew('site', 'ProjectArchived');
    const live = only(log, 'OrganizationSuspended', 'ProjectArchived');
    expect([live.organization(organizationId('acme')), live.project(projectId('site'))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('a row that was not given', () => {
    const { live } = company().collaboratorRole('site', 'bob', 'admin');
    expect(live.collaborator(projectId('site'), accountId('bob'))).toBeUndefined();
  });
});

it('no fold mutates what it folds: an older state may still be in use', () => {
  const folds = {
    account: accountFact,
    membership: membershipFact,
    organization: organizationFact,
    project: projectFact,
    collaborator: collaboratorFact,
    apiKey: keyFact,
  };
  fc.assert(
    fc.property(anyWorld, ({ log }) => {
      const docs = new Map<string, unknown>();
      for (const happening of log) {
        const at = `${happening.category}-${happening.id}`;
        const { project } = folds[happening.category] as { project: (doc: unknown, recorded: Happening) => unknown };
        const [older, copy] = [docs.get(at), structuredClone(docs.get(at))];
        docs.set(at, project(older, happening));
        expect(older).toEqual(copy);
      }
    }),
  );
});
