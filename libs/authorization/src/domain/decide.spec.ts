import { describe, expect, it } from '@jest/globals';
import { millisOf, type Timestamp } from '#libs/kernel';
import { ask, credential, inOrganization, inProject, keyId, kind, user, world, type World } from '../testing/index.js';
import type { Decision } from './question.js';

/**
 * ann owns acme, bob is an admin of it, cat and dan are members, eve is at home in zeta, fay nowhere. dan is a
 * member and ida an admin of the project `site`; `lab` is another of acme's. The key `ci` is one of `site`.
 */
const company = (): World =>
  ['ann', 'bob', 'cat', 'dan', 'eve', 'fay', 'ida']
    .reduce((w, name) => w.account(name), world())
    .organization('acme', { owner: 'ann' })
    .organization('zeta', { owner: 'eve' })
    .member('acme', 'bob', 'admin')
    .member('acme', 'cat')
    .member('acme', 'dan')
    .member('acme', 'ida')
    .project('site', { in: 'acme' })
    .project('lab', { in: 'acme' })
    .collaborator('site', 'dan')
    .collaborator('site', 'ida', 'admin')
    .key('ci', { in: 'site' });

/** What settled it, as `type@position`; each must be what the log holds there. */
const settledBy = ({ log }: World, { evidence }: Decision) =>
  evidence.map(({ type, position }) => {
    expect(log.find((each) => each.position === position)?.event.type).toBe(type);
    return type;
  });

/** The reason, and the types of the events that settle it. */
const answer = (w: World, ...asked: Parameters<typeof ask> extends [unknown, ...infer Rest] ? Rest : never) => {
  const decision = ask(w.live, ...asked);
  return [decision.reason, ...settledBy(w, decision)];
};

const use = { action: 'file:create', resource: kind('file') };
const useIn = (project: string) => ({ action: 'file:create', resource: kind('file', project) });
const at = (time: string) => ({ now: millisOf(time as Timestamp) });

describe('a key is denied', () => {
  it('malformed-key: a secret of our shape whose checksum is wrong', () =>
    expect(answer(company(), { type: 'credential', digest: null }, use)).toEqual(['malformed-key']));

  it('unknown-key: nobody made it', () => {
    expect(answer(company(), credential('nobody'), use)).toEqual(['unknown-key']);
    expect(answer(company(), { type: 'api_key', id: 'key_nobody' }, use)).toEqual(['unknown-key']);
    expect(ask(company().live, credential('nobody'), use).principal).toBeNull();
  });

  it('KEY-24 revoked-key: from the moment of its revocation, for good', () => {
    const w = company().keyRevoked('ci');
    expect(answer(w, credential('ci'), use)).toEqual(['revoked-key', 'KeyRevoked']);
    expect(answer(w, { type: 'api_key', id: keyId('ci') }, use)).toEqual(['revoked-key', 'KeyRevoked']);
  });

  it('AMB-17 expired-key: exactly at its end, and not a millisecond before', () => {
    const w = company().key('brief', { in: 'site', expiresAt: '2026-03-01T00:00:00.000Z' as Timestamp });
    expect(answer(w, credential('brief'), use, at('2026-02-28T23:59:59.999Z'))).toEqual(['project-key', 'KeyCreated']);
    expect(answer(w, credential('brief'), use, at('2026-03-01T00:00:00.000Z'))).toEqual(['expired-key', 'KeyCreated']);
    expect(answer(w, credential('brief'), use, at('2026-03-01T00:00:00.001Z'))).toEqual(['expired-key', 'KeyCreated']);
  });

  it('KEY-19 expired-key: by the end it was given later', () => {
    const w = company().keyExpires('ci', '2026-03-01T00:00:00.000Z' as Timestamp);
    expect(answer(w, credential('ci'), use, at('2026-02-28T23:59:59.999Z'))).toEqual(['project-key', 'KeyCreated']);
    expect(answer(w, credential('ci'), use, at('2026-03-01T00:00:00.000Z'))).toEqual([
      'expired-key',
      'KeyExpirationSet',
    ]);
  });

  it('state-too-old: what may have changed is not guessed', () =>
    expect(answer(company(), credential('ci'), use, { stale: true })).toEqual(['state-too-old']));

  it('unknown-action: no such action, or not on this', () => {
    expect(answer(company(), credential('ci'), { ...use, action: 'file:burn' })).toEqual(['unknown-action']);
    expect(answer(company(), credential('ci'), { ...use, action: 'storage:read' })).toEqual(['unknown-action']);
    expect(answer(company(), credential('ci'), { action: 'file:create', resource: inOrganization('acme') })).toEqual([
      'unknown-action',
    ]);
    expect(answer(company(), credential('ci'), { action: 'billing:read', resource: inProject('site') })).toEqual([
      'unknown-action',
    ]);
  });

  it('unknown-resource: no such kind, project or organization', () => {
    const asked = (resource: (typeof use)['resource']) => answer(company(), credential('ci'), { ...use, resource });
    expect(asked(kind('galaxy'))).toEqual(['unknown-resource']);
    expect(asked(kind('file', 'nowhere'))).toEqual(['unknown-resource']);
    expect(asked(inProject('nowhere'))).toEqual(['unknown-resource']);
    expect(asked({ type: 'project' })).toEqual(['unknown-resource']);
    expect(
      answer(company(), credential('ci'), { action: 'organization:read', resource: inOrganization('nowhere') }),
    ).toEqual(['unknown-resource']);
  });

  it('AMB-25 unsupported-channel: what has no UI', () => {
    const run = { action: 'code-interpreter:use', resource: kind('code-interpreter') };
    expect(answer(company(), credential('ci'), { ...run, channel: 'ui' })).toEqual(['unsupported-channel']);
    expect(answer(company(), credential('ci'), { ...run, channel: 'playground' })).toEqual(['unsupported-channel']);
    expect(answer(company(), credential('ci'), { ...run, channel: 'api' })).toEqual(['project-key', 'KeyCreated']);
  });

  it('KEY-07 other-organization: what is not its own', () => {
    const read = { action: 'organization:read', resource: inOrganization('zeta') };
    expect(answer(company(), credential('ci'), read)).toEqual(['other-organization']);
    expect(answer(company(), credential('ci'), useIn('zetaHome'))).toEqual(['other-organization']);
  });

  it('KEY-07, KEY-13 other-project: a sibling, or the default project, whatever the question names', () => {
    expect(answer(company(), credential('ci'), useIn('lab'))).toEqual(['other-project']);
    expect(answer(company(), credential('ci'), useIn('acmeHome'))).toEqual(['other-project']);
  });

  it('AMB-42 project-archived: whatever it asks, until it is unarchived', () => {
    const w = company().knew('site', 'ProjectArchived');
    expect(answer(w, credential('ci'), use)).toEqual(['project-archived', 'ProjectArchived']);
    expect(answer(w, credential('ci'), { ...use, action: 'file:read' })).toEqual([
      'project-archived',
      'ProjectArchived',
    ]);
    expect(answer(w.knew('site', 'ProjectUnarchived'), credential('ci'), use)).toEqual(['project-key', 'KeyCreated']);
  });

  it('AMB-40 organization-suspended: every use but read and list, until it is resumed', () => {
    const w = company().saw('acme', 'OrganizationSuspended');
    const suspended = ['organization-suspended', 'OrganizationSuspended'];
    expect(answer(w, credential('ci'), use)).toEqual(suspended);
    expect(answer(w, credential('ci'), { ...use, action: 'file:use' })).toEqual(suspended);
    expect(answer(w, credential('ci'), { ...use, action: 'file:read' })).toEqual(['project-key', 'KeyCreated']);
    expect(answer(w, credential('ci'), { ...use, action: 'file:list' })).toEqual(['project-key', 'KeyCreated']);
    expect(answer(w.saw('acme', 'OrganizationResumed'), credential('ci'), use)).toEqual(['project-key', 'KeyCreated']);
  });

  it('AMB-14 key-lacks-permission: it manages nothing', () => {
    const create = { action: 'api-key:create', resource: inProject('site') };
    expect(answer(company(), credential('ci'), create)).toEqual(['key-lacks-permission']);
    const read = { action: 'organization:read', resource: inOrganization('acme') };
    expect(answer(company(), credential('ci'), read)).toEqual(['key-lacks-permission']);
  });
});

describe('a key is allowed', () => {
  it('KEY-11 project-key: everything of its own project, named or not', () => {
    for (const resource of [kind('file'), kind('file', 'site'), inProject('site')])
      expect(answer(company(), credential('ci'), { action: 'file:create', resource })).toEqual([
        'project-key',
        'KeyCreated',
      ]);
    expect(ask(company().live, credential('ci'), use).principal).toEqual({
      type: 'api_key',
      id: 'key_ci',
      projectId: 'proj_site',
      organizationId: 'org_acme',
    });
  });

  it('KEY-12, COL-14, ORG-20, DEL-06, AMB-15: whatever becomes of the person who made it', () => {
    const w = company()
      .account('maker')
      .member('acme', 'maker')
      .collaborator('site', 'maker')
      .key('hers', { in: 'site' });
    w.collaboratorRemoved('site', 'maker').memberRemoved('acme', 'maker').blocked('maker').deleted('maker');
    expect(answer(w, credential('hers'), use)).toEqual(['project-key', 'KeyCreated']);
  });

  it('KEY-20: past its first end, by the event that moved or cancelled it', () => {
    const w = company().key('brief', { in: 'site', expiresAt: '2026-03-01T00:00:00.000Z' as Timestamp });
    w.keyExpires('brief', '2026-05-01T00:00:00.000Z' as Timestamp);
    expect(answer(w, credential('brief'), use, at('2026-02-01T00:00:00.000Z'))).toEqual(['project-key', 'KeyCreated']);
    const moved = ['project-key', 'KeyCreated', 'KeyExpirationSet'];
    expect(answer(w, credential('brief'), use, at('2026-04-01T00:00:00.000Z'))).toEqual(moved);
    expect(answer(w, credential('brief'), use, at('2026-05-01T00:00:00.000Z'))).toEqual([
      'expired-key',
      'KeyExpirationSet',
    ]);
    w.keyExpires('brief', null);
    expect(answer(w, credential('brief'), use, at('2030-01-01T00:00:00.000Z'))).toEqual([
      'project-key',
      'KeyCreated',
      'KeyExpirationCanceled',
    ]);
  });
});

const read = { action: 'project:read', resource: inProject('site') };
const write = { action: 'project:update', resource: inProject('site') };
const legacyKey = { action: 'legacy-key:read', resource: inOrganization('acme') };

describe('a person is denied', () => {
  it('unknown-subject: nobody registered them', () => {
    expect(answer(company(), user('zoe'), read)).toEqual(['unknown-subject']);
    expect(ask(company().live, user('zoe'), read).principal).toBeNull();
  });

  it('account-blocked: whatever they may do, until they are unblocked', () => {
    const w = company().blocked('ann');
    expect(answer(w, user('ann'), legacyKey)).toEqual(['account-blocked', 'AccountBlocked']);
    expect(ask(w.live, user('ann'), read).principal).toEqual({
      type: 'user',
      id: 'user_ann',
      organizationId: 'org_acme',
    });
    expect(answer(w.unblocked('ann'), user('ann'), legacyKey)).toEqual(['organization-owner', 'OwnerAssigned']);
  });

  it('DEL-01 account-deleted: for good, told by the deletion itself', () => {
    const w = company().memberRemoved('acme', 'dan').deleted('dan');
    expect(answer(w, user('dan'), read)).toEqual(['account-deleted', 'AccountDeleted']);
    expect(ask(w.live, user('dan'), read).principal).toEqual({ type: 'user', id: 'user_dan', organizationId: null });
    expect(answer(company().deleted('eve'), user('eve'), read)).toEqual(['account-deleted', 'AccountDeleted']);
  });

  it('DEL-11 account-deleted: comes before account-blocked, and before a state too old', () => {
    const w = company().blocked('dan').deleted('dan');
    expect(answer(w, user('dan'), read)).toEqual(['account-deleted', 'AccountDeleted']);
    expect(answer(w, user('dan'), read, { stale: true })).toEqual(['account-deleted', 'AccountDeleted']);
  });

  it('DEL-09 account-blocked: the old account of who has a new one', () => {
    const w = company()
      .account('danny')
      .blocked('dan')
      .membershipTakenOver('acme', { from: 'dan', to: 'danny' })
      .rowTakenOver('site', 'danny', 'member');
    expect(answer(w, user('dan'), read)).toEqual(['account-blocked', 'AccountBlocked']);
    expect(answer(w.unblocked('dan'), user('dan'), read)).toEqual(['not-a-member', 'MembershipPassedOn']);
    expect(answer(w, user('danny'), read)).toEqual(['project-member', 'MembershipTakenOver', 'CollaboratorAdded']);
  });

  it('state-too-old: what may have changed is not guessed', () =>
    expect(answer(company(), user('ann'), read, { stale: true })).toEqual(['state-too-old']));

  it('unknown-action, unknown-resource', () => {
    expect(answer(company(), user('ann'), { ...read, action: 'project:burn' })).toEqual(['unknown-action']);
    expect(answer(company(), user('ann'), { ...read, resource: inProject('nowhere') })).toEqual(['unknown-resource']);
    expect(answer(company(), user('ann'), use)).toEqual(['unknown-resource']);
  });

  it('AMB-25 unsupported-channel: what has no UI', () => {
    const run = { action: 'code-interpreter:use', resource: kind('code-interpreter', 'site') };
    expect(answer(company(), user('dan'), run)).toEqual(['unsupported-channel']);
    expect(ask(company().live, user('dan'), { ...run, channel: 'api' }).reason).toBe('project-member');
  });

  it('project-archived: everything but reading and managing', () => {
    const w = company().knew('site', 'ProjectArchived');
    expect(answer(w, user('ida'), useIn('site'))).toEqual(['project-archived', 'ProjectArchived']);
    expect(ask(w.live, user('ida'), { ...useIn('site'), action: 'file:read' }).decision).toBe(true);
    expect(ask(w.live, user('ida'), write).decision).toBe(true);
  });

  it('AMB-40 organization-suspended: everything but reading and managing', () => {
    const w = company().saw('acme', 'OrganizationSuspended');
    expect(answer(w, user('ann'), useIn('site'))).toEqual(['organization-suspended', 'OrganizationSuspended']);
    for (const action of ['file:read', 'file:list'])
      expect(ask(w.live, user('ann'), { ...useIn('site'), action }).decision).toBe(true);
    for (const action of ['api-key:revoke', 'api-key:create', 'collaborator:remove', 'project:update'])
      expect(ask(w.live, user('ann'), { action, resource: inProject('site') }).decision).toBe(true);
  });

  it('not-a-member: who never was, and who was removed', () => {
    const members = { action: 'member:read', resource: inOrganization('acme') };
    expect(answer(company(), user('fay'), read)).toEqual(['not-a-member']);
    expect(answer(company(), user('eve'), read)).toEqual(['not-a-member']);
    expect(answer(company(), user('eve'), members)).toEqual(['not-a-member']);
    const w = company().memberRemoved('acme', 'dan');
    expect(answer(w, user('dan'), members)).toEqual(['not-a-member', 'MemberRemoved']);
    expect(answer(w, user('dan'), read)).toEqual(['not-a-member', 'MemberRemoved']);
  });

  it('PRJ-24 not-a-collaborator: who never was, and who was removed (COL-11)', () => {
    expect(answer(company(), user('cat'), read)).toEqual(['not-a-collaborator']);
    const w = company().collaboratorRemoved('site', 'ida');
    expect(answer(w, user('ida'), read)).toEqual(['not-a-collaborator', 'CollaboratorRemoved']);
  });

  it('PRJ-22 not-a-collaborator: who has left', () => {
    const w = company().projectJoined('lab', 'cat').projectLeft('lab', 'cat');
    expect(answer(w, user('cat'), { ...read, resource: inProject('lab') })).toEqual([
      'not-a-collaborator',
      'ProjectLeft',
    ]);
  });

  it('COL-16 external-suspended: where a switch was never on', () => {
    const w = company().external('site', 'eve');
    expect(answer(w, user('eve'), read)).toEqual(['external-suspended']);
  });

  it('AMB-09 external-suspended: by the event that turned a switch off', () => {
    const w = company()
      .externalsWelcome('site')
      .external('site', 'eve')
      .knew('site', 'ExternalCollaboratorsDisallowed');
    expect(answer(w, user('eve'), read)).toEqual(['external-suspended', 'ExternalCollaboratorsDisallowed']);
    w.knew('site', 'ExternalCollaboratorsAllowed').saw('acme', 'ExternalCollaboratorsBetaDisabled');
    expect(answer(w, user('eve'), read)).toEqual(['external-suspended', 'ExternalCollaboratorsBetaDisabled']);
    w.saw('acme', 'ExternalCollaboratorsBetaEnabled');
    expect(ask(w.live, user('eve'), read).reason).toBe('external-collaborator');
  });

  it('PRO-12 role-lacks-permission: who never could, and who was demoted', () => {
    expect(answer(company(), user('dan'), write)).toEqual(['role-lacks-permission']);
    const members = { action: 'member:invite', resource: inOrganization('acme') };
    expect(answer(company(), user('cat'), members)).toEqual(['role-lacks-permission']);
    const w = company().collaboratorRole('site', 'ida', 'member').memberRole('acme', 'bob', 'member');
    expect(answer(w, user('ida'), write)).toEqual(['role-lacks-permission', 'CollaboratorRoleChanged']);
    expect(answer(w, user('bob'), members)).toEqual(['role-lacks-permission', 'MemberRoleChanged']);
  });

  it('AMB-44 owner-only: the legacy key, to admins too', () => {
    expect(answer(company(), user('cat'), legacyKey)).toEqual(['owner-only']);
    expect(ask(company().live, user('bob'), legacyKey).reason).toBe('owner-only');
  });

  it('KEY-31: nobody revokes the legacy key', () =>
    expect(answer(company(), user('ann'), { ...legacyKey, action: 'legacy-key:revoke' })).toEqual([
      'role-lacks-permission',
    ]));
});

describe('a person is allowed', () => {
  it('organization-owner', () => {
    expect(answer(company(), user('ann'), legacyKey)).toEqual(['organization-owner', 'OwnerAssigned']);
    expect(answer(company(), user('ann'), write)).toEqual(['organization-owner', 'OwnerAssigned', 'ProjectCreated']);
  });

  it('organization-admin: by the promotion that made them one', () => {
    const promoted = ['organization-admin', 'MemberProvisioned', 'MemberRoleChanged'];
    expect(answer(company(), user('bob'), { action: 'member:invite', resource: inOrganization('acme') })).toEqual(
      promoted,
    );
    expect(answer(company(), user('bob'), write)).toEqual([...promoted, 'ProjectCreated']);
  });

  it('organization-member: by what began their membership, whichever way', () => {
    const members = { action: 'member:read', resource: inOrganization('acme') };
    expect(answer(company(), user('cat'), members)).toEqual(['organization-member', 'MemberProvisioned']);
    const w = company().joined('acme', 'fay').account('catherine');
    w.membershipTakenOver('acme', { from: 'cat', to: 'catherine' });
    expect(answer(w, user('fay'), members)).toEqual(['organization-member', 'MemberJoined']);
    expect(answer(w, user('catherine'), members)).toEqual(['organization-member', 'MembershipTakenOver']);
  });

  it('DEL-09 organization-owner, organization-admin: by a membership that was taken over', () => {
    const w = company().account('anna').account('robert');
    w.membershipTakenOver('acme', { from: 'ann', to: 'anna' });
    w.membershipTakenOver('acme', { from: 'bob', to: 'robert' });
    expect(answer(w, user('anna'), legacyKey)).toEqual(['organization-owner', 'MembershipTakenOver']);
    expect(answer(w, user('robert'), write)).toEqual(['organization-admin', 'MembershipTakenOver', 'ProjectCreated']);
  });

  it('COL-24 project-member: by having joined, which is a row', () => {
    const w = company().projectJoined('lab', 'cat');
    expect(answer(w, user('cat'), { ...read, resource: inProject('lab') })).toEqual([
      'project-member',
      'MemberProvisioned',
      'ProjectJoined',
    ]);
  });

  it('project-admin and project-member: by the row, and the membership it stands on', () => {
    expect(answer(company(), user('ida'), write)).toEqual([
      'project-admin',
      'MemberProvisioned',
      'CollaboratorAdded',
      'CollaboratorRoleChanged',
    ]);
    expect(answer(company(), user('dan'), read)).toEqual(['project-member', 'MemberProvisioned', 'CollaboratorAdded']);
  });

  it('external-collaborator: by the row, and both switches', () => {
    const w = company().externalsWelcome('site').external('site', 'eve', 'admin');
    expect(answer(w, user('eve'), write)).toEqual([
      'external-collaborator',
      'ExternalCollaboratorAdded',
      'CollaboratorRoleChanged',
      'ExternalCollaboratorsBetaEnabled',
      'ExternalCollaboratorsAllowed',
    ]);
  });

  it('the strongest that is enough: an owner with a row is the owner', () =>
    expect(ask(company().collaborator('site', 'ann').live, user('ann'), read).reason).toBe('organization-owner'));
});
