import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  allowReasons,
  anyHistory,
  anyQuestion,
  type Channel,
  denyReasons,
  IDENTITY,
  type Operation,
  firstTable,
  Oracle,
  type Question,
  type Resource,
  SERVICE,
  type SupportRow,
  type Why,
} from './index.js';
import { findKey, now } from './keys.js';
import { kindActions } from './permissions.js';

/** Ann owns acme, bob is an admin, cat and dan are members; eve owns bolt; fay is nobody's. */
const company: Operation[] = [
  ...['ann', 'bob', 'cat', 'dan', 'eve', 'fay'].map((account): Operation => ({ type: 'registerAccount', account })),
  { type: 'createOrganization', by: 'ann', organization: 'acme', defaultProject: 'acme-home' },
  { type: 'createOrganization', by: 'eve', organization: 'bolt', defaultProject: 'bolt-home' },
  { type: 'setMembershipMethod', organization: 'acme', method: 'sso' },
  { type: 'setFeatures', organization: 'acme', multiProject: true, externalCollaborators: true },
  ...['bob', 'cat', 'dan'].map((account): Operation => ({ type: 'provisionMember', organization: 'acme', account })),
  { type: 'changeMemberRole', by: 'ann', organization: 'acme', account: 'bob', role: 'admin' },
  { type: 'createProject', by: 'ann', organization: 'acme', project: 'alpha', visibility: 'private' },
  { type: 'createProject', by: 'ann', organization: 'acme', project: 'open-alpha', visibility: 'open' },
];

const add = (account: string, project = 'alpha', by = 'ann'): Operation => ({
  type: 'addCollaborator',
  by,
  project,
  account,
});
const drop = (account: string, project = 'alpha', by = 'ann'): Operation => ({
  type: 'removeCollaborator',
  by,
  project,
  account,
});
const rerole = (account: string, role: 'admin' | 'member', project = 'alpha'): Operation => ({
  type: 'changeCollaboratorRole',
  by: 'ann',
  project,
  account,
  role,
});
const leaves = (account: string, by = 'ann'): Operation => ({
  type: 'removeMember',
  by,
  organization: 'acme',
  account,
});
const joins = (account: string): Operation => ({ type: 'provisionMember', organization: 'acme', account });
const letExternalsIn = (allowed = true, project = 'alpha'): Operation => ({
  type: 'allowExternal',
  by: 'ann',
  project,
  allowed,
});
const makeKey = (expiresInSeconds: number | null = null, project = 'alpha', by = 'ann', key = 'k1'): Operation => ({
  type: 'createKey',
  by,
  project,
  key,
  expiresInSeconds,
});
const expireIn = (expiresInSeconds: number | null, by = 'ann'): Operation => ({
  type: 'setExpiration',
  by,
  key: 'k1',
  expiresInSeconds,
});
const revoke = (by = 'ann'): Operation => ({ type: 'revokeKey', by, key: 'k1' });
const wait = (seconds: number): Operation => ({ type: 'wait', seconds });
const archive: Operation = { type: 'archive', by: 'ann', project: 'alpha' };
const suspend: Operation = { type: 'suspend', organization: 'acme' };
const resume: Operation = { type: 'resume', organization: 'acme' };
const unarchive: Operation = { type: 'unarchive', by: 'ann', project: 'alpha' };
const block = (account: string): Operation => ({ type: 'blockAccount', account });

/** 'project alpha', 'organization acme', 'file alpha' (a file in alpha), 'file' (of whichever project). */
const thing = (what: string): Resource => {
  const [type = '', id] = what.split(' ');
  if (id === undefined) return { type };
  return type === 'organization' || type === 'project' ? { type, id } : { type, projectId: id };
};

/** Does the company's history, then `more`; every step must be accepted. */
const after = (...more: Operation[]) => {
  const oracle = new Oracle();
  for (const operation of [...company, ...more]) {
    expect({ operation, ...oracle.apply(operation) }).toEqual({ operation, outcome: 'done' });
  }
  const answer = (question: Question) => oracle.answer(question);
  const ask = (type: 'user' | 'api_key', id: string, action: string, what: string, channel: Channel) =>
    answer({ subject: { type, id }, action, resource: thing(what), channel }).reason;
  return {
    /** The reason. */
    person: (id: string, action: string, what: string, channel: Channel = 'ui') =>
      ask('user', id, action, what, channel),
    key: (action: string, what: string, channel: Channel = 'api', id = 'k1') =>
      ask('api_key', id, action, what, channel),
    secret: (id: string) =>
      answer({ subject: { type: 'credential', id }, action: 'file:read', resource: { type: 'file' }, channel: 'api' })
        .reason,
    answer,
    /** What becomes of one more operation. */
    next: (operation: Operation) => {
      const result = oracle.apply(operation);
      return result.outcome === 'refused' ? result.why : result.outcome;
    },
  };
};

describe('a question about the organization', () => {
  it('PRM-02: is settled by the role there', () => {
    const { person } = after();
    expect(person('ann', 'organization:update', 'organization acme')).toBe('organization-owner');
    expect(person('bob', 'organization:update', 'organization acme')).toBe('organization-admin');
    expect(person('cat', 'organization:update', 'organization acme')).toBe('role-lacks-permission');
    expect(person('eve', 'organization:update', 'organization acme')).toBe('not-a-member');
  });
  it('PRM-01, PRM-09: members may look', () => {
    expect(after().person('cat', 'member:read', 'organization acme')).toBe('organization-member');
  });
  it('PRM-14, AMB-44: the legacy key is the owner’s alone', () => {
    const { person } = after();
    expect(person('ann', 'legacy-key:read', 'organization acme')).toBe('organization-owner');
    expect(person('bob', 'legacy-key:regenerate', 'organization acme')).toBe('owner-only');
    expect(person('cat', 'legacy-key:read', 'organization acme')).toBe('owner-only');
  });
  it('PRM-16: nobody revokes the legacy key', () => {
    for (const who of ['ann', 'bob', 'cat']) {
      expect(after().person(who, 'legacy-key:revoke', 'organization acme')).toBe('role-lacks-permission');
    }
  });
  it('COL-19: an external is no member', () => {
    expect(after(letExternalsIn(), add('eve')).person('eve', 'organization:read', 'organization acme')).toBe(
      'not-a-member',
    );
  });
  it('AMB-39: audit is for owner and admins, and in a project for its admins', () => {
    const { person } = after(letExternalsIn(), add('eve'), rerole('eve', 'admin'), add('cat'));
    expect(person('bob', 'audit:read', 'organization acme')).toBe('organization-admin');
    expect(person('cat', 'audit:read', 'organization acme')).toBe('role-lacks-permission');
    expect(person('eve', 'audit:read', 'project alpha')).toBe('external-collaborator');
    expect(person('cat', 'audit:read', 'project alpha')).toBe('role-lacks-permission');
  });
});

describe('a question about a project', () => {
  it('COL-06, AMB-04: owner and admins are admins of every project', () => {
    expect(after().person('ann', 'project:update', 'project alpha')).toBe('organization-owner');
    expect(after().person('bob', 'gpu-cluster:delete', 'gpu-cluster alpha')).toBe('organization-admin');
  });
  it('AMB-06: a demoted admin keeps only what they were given', () => {
    const demote: Operation = {
      type: 'changeMemberRole',
      by: 'ann',
      organization: 'acme',
      account: 'bob',
      role: 'member',
    };
    expect(after(demote).person('bob', 'file:read', 'project alpha')).toBe('not-a-collaborator');
    expect(after(add('bob'), demote).person('bob', 'project:update', 'project alpha')).toBe('project-admin');
  });
  it('PRJ-05, PRJ-24: membership opens the default project and no other', () => {
    expect(after().person('cat', 'file:create', 'file acme-home')).toBe('project-member');
    expect(after().person('cat', 'file:create', 'file alpha')).toBe('not-a-collaborator');
  });
  it('AMB-07: a member may be promoted in the default project', () => {
    const promoted = after(rerole('cat', 'admin', 'acme-home'));
    expect(promoted.person('cat', 'collaborator:add', 'project acme-home')).toBe('project-admin');
    expect(promoted.next(drop('cat', 'acme-home'))).toBe('conflict');
  });
  it('PRM-28, PRM-40, PRM-33: a project member makes keys, but neither clusters nor collaborators', () => {
    const { person } = after(add('cat'));
    expect(person('cat', 'api-key:create', 'project alpha')).toBe('project-member');
    expect(person('cat', 'api-key:list', 'api-key alpha')).toBe('project-member');
    expect(person('cat', 'gpu-cluster:ssh', 'project alpha')).toBe('project-member');
    expect(person('cat', 'gpu-cluster:create', 'project alpha')).toBe('role-lacks-permission');
    expect(person('cat', 'storage:write', 'storage alpha')).toBe('project-member');
    expect(person('cat', 'storage:create', 'storage alpha')).toBe('role-lacks-permission');
    expect(person('cat', 'collaborator:add', 'project alpha')).toBe('role-lacks-permission');
  });
  it('PRM-40…44: of clusters and storage a project member uses everything and changes nothing', () => {
    const { person } = after(add('cat'));
    const denied = kindActions.filter((action) => person('cat', action, 'project alpha', 'api') !== 'project-member');
    expect(denied).toEqual([
      ...['create', 'delete', 'scale', 'update'].map((verb) => `instant-cluster:${verb}`),
      ...['create', 'delete', 'scale', 'update'].map((verb) => `gpu-cluster:${verb}`),
      ...['create', 'update', 'delete'].map((verb) => `storage:${verb}`),
    ]);
  });
  it('COL-09: a project admin by row is called so even for what members may', () => {
    expect(after(add('cat'), rerole('cat', 'admin')).person('cat', 'project:read', 'project alpha')).toBe(
      'project-admin',
    );
  });
  it('PRM-17, COL-24: members join open projects only, owner and admins any', () => {
    const { person } = after(add('cat'));
    expect(person('dan', 'project:join', 'project open-alpha')).toBe('organization-member');
    expect(person('dan', 'project:join', 'project alpha')).toBe('not-a-collaborator');
    expect(person('cat', 'project:join', 'project alpha')).toBe('role-lacks-permission');
    expect(person('dan', 'project:join', 'project acme-home')).toBe('role-lacks-permission');
    expect(person('bob', 'project:join', 'project alpha')).toBe('organization-admin');
    expect(person('dan', 'project:read', 'project open-alpha')).toBe('not-a-collaborator');
    const promoted = after(add('cat'), rerole('cat', 'admin'));
    expect(promoted.person('cat', 'project:join', 'project alpha')).toBe('role-lacks-permission');
  });
  it('PRJ-22, PRM-36: whoever has a row may leave, but never the default project', () => {
    const { person } = after(add('cat'));
    expect(person('cat', 'project:leave', 'project alpha')).toBe('project-member');
    expect(person('ann', 'project:leave', 'project alpha')).toBe('project-admin');
    expect(person('bob', 'project:leave', 'project alpha')).toBe('not-a-collaborator');
    expect(person('cat', 'project:leave', 'project acme-home')).toBe('role-lacks-permission');
  });
  it('PRJ-21, AMB-04: where joining is required, an admin first joins', () => {
    const { person } = after({ type: 'setFeatures', organization: 'acme', requireJoin: true });
    expect(person('bob', 'project:read', 'project alpha')).toBe('not-a-collaborator');
    expect(person('bob', 'project:join', 'project alpha')).toBe('organization-admin');
    expect(person('bob', 'project:change-visibility', 'project alpha')).toBe('organization-admin');
    expect(person('bob', 'project:read', 'project open-alpha')).toBe('organization-admin');
    expect(person('bob', 'project:read', 'project acme-home')).toBe('organization-admin');
    expect(person('ann', 'project:update', 'project alpha')).toBe('organization-owner');
  });
  it('PRM-37: a role in one project is nothing in another', () => {
    expect(after(add('cat')).person('cat', 'file:read', 'project open-alpha')).toBe('not-a-collaborator');
    expect(after().person('eve', 'file:read', 'project alpha')).toBe('not-a-member');
  });
  it('AMB-40: an archived project and a suspended organization serve only reading, and go on being managed', () => {
    for (const [event, reason] of [
      [archive, 'project-archived'],
      [suspend, 'organization-suspended'],
    ] as const) {
      const { person, next } = after(makeKey(), event);
      expect(person('ann', 'file:use', 'file alpha')).toBe(reason);
      expect(person('eve', 'file:use', 'file alpha')).toBe(reason);
      expect(person('ann', 'file:list', 'file alpha')).toBe('organization-owner');
      expect(person('ann', 'api-key:create', 'project alpha')).toBe('organization-owner');
      expect(next(revoke())).toBe('done');
    }
    expect(after(suspend, resume).person('ann', 'file:use', 'file alpha')).toBe('organization-owner');
    expect(after(archive, unarchive).person('ann', 'file:use', 'file alpha')).toBe('organization-owner');
  });
  it('ACC: a blocked or unknown person is told so before anything else', () => {
    expect(after(block('ann')).person('ann', 'no:such', 'castle alpha')).toBe('account-blocked');
    expect(after().person('nobody', 'no:such', 'castle alpha')).toBe('unknown-subject');
    expect(
      after(block('ann'), { type: 'unblockAccount', account: 'ann' }).person('ann', 'project:read', 'project alpha'),
    ).toBe('organization-owner');
  });
});

describe('joining and leaving a project', () => {
  const join = (by: string, project = 'open-alpha'): Operation => ({ type: 'joinProject', by, project });
  const leave = (by: string, project = 'open-alpha'): Operation => ({ type: 'leaveProject', by, project });
  const show = (visibility: 'open' | 'closed' | 'private', project = 'alpha', by = 'ann'): Operation => ({
    type: 'changeVisibility',
    by,
    project,
    visibility,
  });

  it('COL-24, PRM-17: a member joins what is open, an admin anything', () => {
    const { person, next } = after(join('cat'), join('bob', 'alpha'));
    expect(person('cat', 'file:read', 'project open-alpha')).toBe('project-member');
    expect(person('bob', 'project:leave', 'project alpha')).toBe('project-admin');
    expect(next(join('dan', 'alpha'))).toBe('not-found');
    expect(next(join('eve'))).toBe('not-found');
    expect(after(show('closed')).next(join('dan', 'alpha'))).toBe('forbidden');
    expect(after(show('open')).next(join('dan', 'alpha'))).toBe('done');
  });
  it('AMB-28: joining twice, or the default project, is a conflict', () => {
    expect(after(join('cat')).next(join('cat'))).toBe('conflict');
    expect(after().next(join('ann', 'acme-home'))).toBe('conflict');
    expect(after().next(join('cat', 'acme-home'))).toBe('forbidden');
  });
  it('PRJ-22: whoever has a row leaves, and may come back', () => {
    const left = after(join('cat'), leave('cat'));
    expect(left.person('cat', 'file:read', 'project open-alpha')).toBe('not-a-collaborator');
    expect(left.next(leave('cat'))).toBe('forbidden');
    expect(left.next(join('cat'))).toBe('done');
    expect(after(letExternalsIn(), add('eve')).next(leave('eve', 'alpha'))).toBe('done');
    expect(after().next(leave('cat', 'acme-home'))).toBe('forbidden');
  });
  it('PRJ-20: visibility changes at once, and keeps who is in', () => {
    const closed = after(join('cat'), show('private', 'open-alpha'));
    expect(closed.person('cat', 'file:read', 'project open-alpha')).toBe('project-member');
    expect(closed.next(join('dan'))).toBe('not-found');
    expect(closed.next(show('private', 'open-alpha'))).toBe('unchanged');
    expect(closed.next(show('open', 'open-alpha', 'cat'))).toBe('forbidden');
  });
  it('PRJ-21: an admin who must join first may still change who sees it', () => {
    const strict = after({ type: 'setFeatures', organization: 'acme', requireJoin: true });
    expect(strict.next(show('open', 'alpha', 'bob'))).toBe('done');
    expect(strict.person('bob', 'project:read', 'project alpha')).toBe('organization-admin');
  });
});

describe('the owner of an organization', () => {
  const give = (account: string): Operation => ({ type: 'transferOwnership', organization: 'acme', account });

  it('AMB-33: gives it to another member, and stays as an admin', () => {
    const { person, next } = after(give('cat'));
    expect(person('cat', 'legacy-key:read', 'organization acme')).toBe('organization-owner');
    expect(person('ann', 'legacy-key:read', 'organization acme')).toBe('owner-only');
    expect(person('ann', 'organization:update', 'organization acme')).toBe('organization-admin');
    expect(next(leaves('ann', 'cat'))).toBe('done');
    expect(next(leaves('cat', 'bob'))).toBe('conflict');
  });
  it('AMB-33: does not give it to who is not there, nor to themself', () => {
    expect(after().next(give('eve'))).toBe('not-found');
    expect(after(block('cat')).next(give('cat'))).toBe('not-found');
    expect(after().next(give('ann'))).toBe('unchanged');
    expect(after().next({ type: 'transferOwnership', organization: 'nowhere', account: 'ann' })).toBe('not-found');
  });
  it('AMB-33: takes it back', () =>
    expect(after(give('cat'), give('ann')).person('cat', 'organization:update', 'organization acme')).toBe(
      'organization-admin',
    ));
});

describe('a change of email', () => {
  const moves = (account: string, to: string): Operation => ({ type: 'transferAccount', account, to });

  it('DEL-09: gives the new account all that the old one had, role by role', () => {
    const history = [add('cat'), rerole('cat', 'admin'), letExternalsIn(), add('eve'), moves('ann', 'gil')];
    const { person } = after(...history, moves('cat', 'hal'), moves('eve', 'ian'));
    expect(person('gil', 'legacy-key:read', 'organization acme')).toBe('organization-owner');
    expect(person('hal', 'project:update', 'project alpha')).toBe('project-admin');
    expect(person('ian', 'project:read', 'project alpha')).toBe('external-collaborator');
    expect(person('ian', 'legacy-key:read', 'organization bolt')).toBe('organization-owner');
  });
  it('DEL-11: blocks the old account for good', () => {
    const { person, next } = after(moves('cat', 'gil'));
    expect(person('cat', 'file:read', 'file acme-home')).toBe('account-blocked');
    expect(next({ type: 'unblockAccount', account: 'cat' })).toBe('conflict');
    expect(next(moves('cat', 'hal'))).toBe('conflict');
    expect(next(leaves('cat'))).toBe('not-found');
    expect(next(joins('cat'))).toBe('not-found');
  });
  it('DEL-09: leaves the old account no row, an external’s neither', () => {
    const { next } = after(add('cat'), letExternalsIn(), add('eve'), moves('cat', 'gil'), moves('eve', 'hal'));
    for (const old of ['cat', 'eve']) expect(next(drop(old))).toBe('not-found');
    for (const now of ['gil', 'hal']) expect(next(drop(now))).toBe('done');
  });
  it('DEL-01: whoever deletes the new account deletes the old one with it', () => {
    const { person } = after(moves('cat', 'gil'), moves('gil', 'hal'), { type: 'deleteAccount', by: 'hal' });
    for (const each of ['cat', 'gil', 'hal']) expect(person(each, 'no:such', 'castle')).toBe('account-deleted');
  });
});

describe('the deletion of an account', () => {
  const goes = (by: string): Operation => ({ type: 'deleteAccount', by });

  it('DEL-01, DEL-03: is for good, and said before anything else', () => {
    const { person, next } = after(add('cat'), goes('cat'));
    expect(person('cat', 'no:such', 'castle alpha')).toBe('account-deleted');
    expect(next(block('cat'))).toBe('not-found');
    expect(next(joins('cat'))).toBe('not-found');
    expect(next(add('cat'))).toBe('not-found');
    expect(next(goes('cat'))).toBe('forbidden');
  });
  it('DEL-05, ORG-04: is not the owner’s', () => expect(after().next(goes('ann'))).toBe('conflict'));
  it('DEL-01: is not of who is blocked', () => expect(after(block('cat')).next(goes('cat'))).toBe('forbidden'));
  it('DEL-01: ends the membership, and every row, an external’s too', () => {
    const { next } = after(letExternalsIn(), add('fay'), add('cat'), goes('fay'), goes('cat'));
    expect(next(leaves('cat'))).toBe('not-found');
    expect(next(drop('cat'))).toBe('not-found');
    expect(next(drop('fay'))).toBe('not-found');
    expect(next(rerole('fay', 'admin'))).toBe('not-found');
  });
  it('DEL-06: leaves the keys they made', () =>
    expect(after(add('cat'), makeKey(null, 'alpha', 'cat'), goes('cat')).key('file:create', 'file')).toBe(
      'project-key',
    ));
});

describe('the end of a membership', () => {
  it('ORG-18: takes every project along', () => {
    expect(after(add('cat'), leaves('cat')).person('cat', 'file:read', 'project alpha')).toBe('not-a-member');
  });
  it('AMB-11, AMB-27: coming back revives nothing', () => {
    const back = after(add('cat'), rerole('cat', 'admin'), leaves('cat'), joins('cat'));
    expect(back.person('cat', 'file:read', 'project alpha')).toBe('not-a-collaborator');
    expect(back.person('cat', 'file:read', 'project acme-home')).toBe('project-member');
    expect(back.next(add('cat'))).toBe('done');
    expect(back.person('cat', 'project:update', 'project alpha')).toBe('role-lacks-permission');
  });
  it('AMB-11: an external who joins keeps the role, switch or no switch, and loses it when leaving', () => {
    const history = [letExternalsIn(), add('fay'), rerole('fay', 'admin'), joins('fay'), letExternalsIn(false)];
    expect(after(...history).person('fay', 'project:update', 'project alpha')).toBe('project-admin');
    const left = after(...history, leaves('fay'), letExternalsIn());
    expect(left.person('fay', 'project:read', 'project alpha')).toBe('not-a-member');
  });
  it('ORG-20, KEY-12: leaves the keys they made alone', () => {
    expect(after(add('cat'), makeKey(null, 'alpha', 'cat'), leaves('cat')).key('file:create', 'file')).toBe(
      'project-key',
    );
  });
  it('ORG-04, ORG-27: is never the owner’s, and the identity provider’s only under sso', () => {
    expect(after().next(leaves('ann'))).toBe('conflict');
    expect(after().next(leaves('cat', IDENTITY))).toBe('done');
    expect(after().next(leaves('fay', IDENTITY))).toBe('not-found');
    const invited = after({ type: 'setMembershipMethod', organization: 'acme', method: 'invitation' });
    expect(invited.next(leaves('cat', IDENTITY))).toBe('conflict');
  });
});

describe('an external collaborator', () => {
  it('COL-16, AMB-09: is suspended, not removed, while a switch is off', () => {
    const off = after(letExternalsIn(), add('eve'), letExternalsIn(false));
    expect(off.person('eve', 'file:read', 'project alpha')).toBe('external-suspended');
    expect(off.next(letExternalsIn())).toBe('done');
    expect(off.person('eve', 'file:read', 'project alpha')).toBe('external-collaborator');
    expect(off.next({ type: 'setFeatures', organization: 'acme', externalCollaborators: false })).toBe('done');
    expect(off.person('eve', 'file:read', 'project alpha')).toBe('external-suspended');
  });
  it('COL-16, COL-03: can’t be added while a switch is off', () => {
    expect(after().next(add('eve'))).toBe('not-found');
    expect(after(letExternalsIn()).next(add('eve'))).toBe('done');
  });
  it('AMB-10: an external admin adds others but does not flip the switch', () => {
    const { person, next } = after(letExternalsIn(), add('eve'), rerole('eve', 'admin'));
    expect(next(add('fay', 'alpha', 'eve'))).toBe('done');
    expect(person('eve', 'project:allow-external', 'project alpha')).toBe('role-lacks-permission');
    expect(person('eve', 'project:join', 'project alpha')).toBe('role-lacks-permission');
    expect(person('eve', 'project:leave', 'project alpha')).toBe('external-collaborator');
  });
  it('AMB-08: can be put on the default project, and taken off it', () => {
    expect(after(letExternalsIn(true, 'acme-home'), add('eve', 'acme-home')).next(drop('eve', 'acme-home'))).toBe(
      'done',
    );
  });
  it('PRJ-14: the switch needs the organization’s feature, to be turned on', () => {
    const feature = (on: boolean): Operation => ({
      type: 'setFeatures',
      organization: 'acme',
      externalCollaborators: on,
    });
    expect(after(feature(false)).next(letExternalsIn())).toBe('conflict');
    expect(after(letExternalsIn(), feature(false)).next(letExternalsIn(false))).toBe('done');
  });
});

describe('a key', () => {
  it('KEY-07, KEY-11, AMB-14: does everything inside its own project and manages nothing', () => {
    const { key } = after(makeKey());
    expect(key('gpu-cluster:create', 'gpu-cluster')).toBe('project-key');
    expect(key('gpu-cluster:create', 'gpu-cluster open-alpha')).toBe('other-project');
    expect(key('gpu-cluster:create', 'project bolt-home')).toBe('other-organization');
    expect(key('project:read', 'project alpha')).toBe('key-lacks-permission');
    expect(key('api-key:list', 'api-key')).toBe('key-lacks-permission');
    expect(key('organization:read', 'organization acme')).toBe('key-lacks-permission');
    expect(key('organization:read', 'organization bolt')).toBe('other-organization');
  });
  it('KEY-24: is refused from the moment it is revoked, whatever is asked', () => {
    expect(after(makeKey(10), revoke(), wait(10)).key('no:such', 'castle')).toBe('revoked-key');
    expect(after().key('file:read', 'file')).toBe('unknown-key');
  });
  it('AMB-17: has expired at the very second of its expiry', () => {
    expect(after(makeKey(10), wait(9)).key('file:read', 'file')).toBe('project-key');
    expect(after(makeKey(10), wait(10)).key('file:read', 'file')).toBe('expired-key');
  });
  it('KEY-19, KEY-20: lives by the expiry set last', () => {
    expect(after(makeKey(10), wait(5), expireIn(10), wait(9)).key('file:read', 'file')).toBe('project-key');
    expect(after(makeKey(10), wait(5), expireIn(10), wait(10)).key('file:read', 'file')).toBe('expired-key');
    expect(after(makeKey(10), expireIn(null), wait(99)).key('file:read', 'file')).toBe('project-key');
  });
  it('AMB-18: has its expiry changed only while alive, and never to the past', () => {
    expect(after(makeKey(10), wait(10)).next(expireIn(null))).toBe('conflict');
    expect(after(makeKey(), revoke()).next(expireIn(10))).toBe('conflict');
    expect(after(makeKey()).next(expireIn(0))).toBe('unprocessable');
    expect(after().next(makeKey(0))).toBe('unprocessable');
  });
  it('AMB-16: may be revoked twice, and expired; those who can’t read its project are told nothing', () => {
    expect(after(makeKey(), revoke()).next(revoke())).toBe('unchanged');
    expect(after(makeKey(10), wait(10)).next(revoke())).toBe('done');
    expect(after(makeKey()).next(revoke('cat'))).toBe('not-found');
    expect(after(makeKey(), add('cat')).next(revoke('cat'))).toBe('done');
    expect(after(makeKey(null, 'open-alpha')).next(revoke('cat'))).toBe('not-found');
  });
  it('of an archived project is refused everywhere, and no other is made', () => {
    const archived = after(makeKey(), archive);
    expect(archived.key('file:read', 'file')).toBe('project-archived');
    expect(archived.key('organization:read', 'organization acme')).toBe('project-archived');
    expect(archived.next(makeKey(null, 'alpha', 'ann', 'k2'))).toBe('conflict');
  });
  it('AMB-40: of a suspended organization only reads and lists', () => {
    const { key } = after(makeKey(), suspend);
    expect(key('inference:use', 'inference')).toBe('organization-suspended');
    expect(key('file:list', 'file')).toBe('project-key');
  });
});

describe('a key that another stands in the place of', () => {
  const rotate = (overlapSeconds: number, by = 'ann', key = 'k1', to = 'n1'): Operation => ({
    type: 'rotateKey',
    by,
    key,
    to,
    overlapSeconds,
  });

  it('KEY-25: is superseded at once, or at the very second of the end of its overlap', () => {
    const { key } = after(makeKey(), rotate(0));
    expect(key('file:read', 'file')).toBe('superseded-key');
    expect(key('file:read', 'file', 'api', 'n1')).toBe('project-key');
    expect(after(makeKey(), rotate(10), wait(9)).key('file:read', 'file')).toBe('project-key');
    expect(after(makeKey(), rotate(10), wait(10)).key('file:read', 'file')).toBe('superseded-key');
  });
  it('KEY-25: ends no later than it would have, and so does what replaces it', () => {
    const { key } = after(makeKey(10), rotate(60), wait(10));
    expect(key('file:read', 'file')).toBe('superseded-key');
    expect(key('file:read', 'file', 'api', 'n1')).toBe('expired-key');
    expect(after(makeKey(), rotate(60), expireIn(10), wait(10)).key('file:read', 'file')).toBe('expired-key');
  });
  it('AMB-18: has its end moved closer, not further, and is not replaced again', () => {
    const { next } = after(makeKey(), rotate(30));
    expect(next(expireIn(31))).toBe('conflict');
    expect(next(expireIn(null))).toBe('conflict');
    expect(next(expireIn(30))).toBe('unchanged');
    expect(next(expireIn(20))).toBe('done');
    expect(next(rotate(0, 'ann', 'k1', 'n2'))).toBe('conflict');
    expect(after(makeKey(), rotate(10), wait(10)).next(expireIn(5))).toBe('conflict');
  });
  it('PRM-28, AMB-16, AMB-18: is replaced by whoever makes keys there, and while it lives', () => {
    expect(after(makeKey(), add('cat')).next(rotate(0, 'cat'))).toBe('done');
    expect(after(makeKey()).next(rotate(0, 'cat'))).toBe('not-found');
    expect(after(makeKey(), revoke()).next(rotate(0))).toBe('conflict');
    expect(after(makeKey(10), wait(10)).next(rotate(0))).toBe('conflict');
    expect(after(makeKey(), archive).next(rotate(0))).toBe('conflict');
  });
  it('KEY-24: is revoked alone', () => {
    const { key } = after(makeKey(), rotate(30), revoke());
    expect(key('file:read', 'file')).toBe('revoked-key');
    expect(key('file:read', 'file', 'api', 'n1')).toBe('project-key');
  });
  it('PRM-29: is revoked with all of its project, or with all that somebody made where one may', () => {
    const all = after(makeKey(), rotate(30, 'bob'), { type: 'revokeKeysOfProject', by: 'bob', project: 'alpha' });
    expect(all.key('file:read', 'file')).toBe('revoked-key');
    expect(all.key('file:read', 'file', 'api', 'n1')).toBe('revoked-key');
    const byMaker: Operation = { type: 'revokeKeysMadeBy', by: 'ann', account: 'bob' };
    const made = after(makeKey(), rotate(30, 'bob'), byMaker);
    expect(made.key('file:read', 'file')).toBe('project-key');
    expect(made.key('file:read', 'file', 'api', 'n1')).toBe('revoked-key');
    expect(made.next(byMaker)).toBe('unchanged');
    expect(after(makeKey()).next({ type: 'revokeKeysMadeBy', by: 'eve', account: 'ann' })).toBe('unchanged');
    expect(after().next({ type: 'revokeKeysOfProject', by: 'cat', project: 'open-alpha' })).toBe('forbidden');
  });
  it('of another system is nobody’s, and imported once', () => {
    const importKey: Operation = { type: 'importKey', project: 'alpha', key: 'i1', expiresInSeconds: 10 };
    const { key, next } = after(importKey);
    expect(key('file:read', 'file', 'api', 'i1')).toBe('project-key');
    expect(next(importKey)).toBe('unchanged');
    expect(next({ ...importKey, project: 'open-alpha' })).toBe('conflict');
    expect(next({ ...importKey, key: 'i2', expiresInSeconds: 0 })).toBe('unprocessable');
  });
});

describe('the legacy key', () => {
  const issue: Operation = { type: 'issueLegacyKey', organization: 'acme' };
  const regenerate = (by = 'ann'): Operation => ({ type: 'regenerateLegacyKey', by, organization: 'acme' });
  const reveal = (by = 'ann'): Operation => ({ type: 'revealLegacyKey', by, organization: 'acme' });
  const imported: Operation = { type: 'importLegacyKey', organization: 'acme' };

  it('KEY-26, KEY-34: works in the default project, and nowhere else', () => {
    const { key } = after(issue);
    expect(key('file:create', 'file', 'api', 'acme-legacy')).toBe('legacy-key');
    expect(key('file:create', 'file alpha', 'api', 'acme-legacy')).toBe('other-project');
    expect(key('project:read', 'project acme-home', 'api', 'acme-legacy')).toBe('key-lacks-permission');
  });
  it('KEY-32, KEY-33, AMB-03: has one secret at a time, under one id', () => {
    const { secret, key } = after(issue, regenerate());
    expect(secret('acme-legacy/1')).toBe('superseded-key');
    expect(secret('acme-legacy/2')).toBe('legacy-key');
    expect(secret('acme-legacy/3')).toBe('unknown-key');
    expect(key('file:read', 'file', 'api', 'acme-legacy')).toBe('legacy-key');
  });
  it('KEY-28, KEY-29, KEY-31, AMB-01: is issued once, is its owner’s alone, and nobody revokes it', () => {
    const { next } = after(issue);
    expect(next(issue)).toBe('conflict');
    expect(next(imported)).toBe('conflict');
    expect(next(reveal())).toBe('done');
    expect(next(reveal('bob'))).toBe('forbidden');
    expect(next(regenerate('bob'))).toBe('forbidden');
    expect(next(regenerate('eve'))).toBe('not-found');
    expect(next({ type: 'revokeKey', by: 'ann', key: 'acme-legacy' })).toBe('forbidden');
    expect(next({ type: 'revokeKey', by: 'bob', key: 'acme-legacy' })).toBe('not-found');
    expect(next({ type: 'revokeKeysOfProject', by: 'ann', project: 'acme-home' })).toBe('unchanged');
  });
  it('AMB-33, AMB-44: goes with the ownership', () => {
    const given: Operation = { type: 'transferOwnership', organization: 'acme', account: 'bob' };
    const { next } = after(issue, given);
    expect(next(reveal())).toBe('forbidden');
    expect(next(reveal('bob'))).toBe('done');
  });
  it('KEY-27: of another system can’t be shown, until it is regenerated', () => {
    const { next, secret } = after(imported);
    expect(secret('acme-legacy/1')).toBe('legacy-key');
    expect(next(reveal())).toBe('conflict');
    expect(next(regenerate())).toBe('done');
    expect(next(reveal())).toBe('done');
    expect(next(imported)).toBe('unchanged');
  });
});

describe('a registered resource', () => {
  const register = (project: string, by = SERVICE): Operation => ({
    type: 'registerResource',
    by,
    project,
    kind: 'file',
    resource: 'r1',
  });
  const remove = (project: string): Operation => ({
    type: 'removeResource',
    by: SERVICE,
    project,
    kind: 'file',
    resource: 'r1',
  });
  const bolt: Operation = { type: 'setMembershipMethod', organization: 'bolt', method: 'sso' };
  const reasonOf = (history: Operation[], subject: string, action: string, projectId?: string) =>
    after(...history).answer({
      subject: { type: subject.startsWith('k') ? 'api_key' : 'user', id: subject },
      action,
      resource: { type: 'file', id: 'r1', ...(projectId === undefined ? {} : { projectId }) },
      channel: 'api',
    }).reason;

  it('RES-08: says itself whose it is', () => {
    expect(reasonOf([makeKey(), register('alpha')], 'k1', 'file:read')).toBe('project-key');
    expect(reasonOf([makeKey(), register('open-alpha')], 'k1', 'file:read')).toBe('other-project');
    expect(reasonOf([makeKey(), register('open-alpha')], 'k1', 'file:create')).toBe('other-project');
    expect(reasonOf([register('alpha')], 'ann', 'file:read')).toBe('organization-owner');
    expect(reasonOf([register('alpha')], 'dan', 'file:read')).toBe('not-a-collaborator');
  });
  it('PRJ-02: is not reached through a project that is not its own', () => {
    expect(reasonOf([makeKey(), register('open-alpha')], 'k1', 'file:read', 'alpha')).toBe('other-project');
    expect(reasonOf([register('open-alpha')], 'ann', 'file:read', 'alpha')).toBe('other-project');
    const external = [letExternalsIn(), add('eve'), register('open-alpha')];
    expect(reasonOf(external, 'eve', 'file:read', 'alpha')).toBe('other-project');
  });
  it('is unknown where nobody has registered it, unless a project is named or a key is about to make it', () => {
    expect(reasonOf([makeKey()], 'k1', 'file:read')).toBe('unknown-resource');
    expect(reasonOf([makeKey()], 'k1', 'file:create')).toBe('project-key');
    expect(reasonOf([makeKey()], 'k1', 'file:read', 'alpha')).toBe('project-key');
    expect(reasonOf([], 'ann', 'file:create')).toBe('unknown-resource');
    expect(reasonOf([], 'ann', 'file:read', 'alpha')).toBe('organization-owner');
    expect(reasonOf([makeKey(), register('alpha'), remove('alpha')], 'k1', 'file:read')).toBe('unknown-resource');
  });
  it('of one organization is nothing to another', () => {
    expect(reasonOf([bolt, register('bolt-home')], 'ann', 'file:read')).toBe('unknown-resource');
    expect(reasonOf([bolt, register('bolt-home'), register('alpha')], 'ann', 'file:read')).toBe('organization-owner');
    expect(reasonOf([makeKey(), register('alpha')], 'k1', 'file:read', 'bolt-home')).toBe('other-organization');
  });
  it('RES-01: is one project’s of its organization, and free again when it is removed', () => {
    const { next } = after(register('alpha'));
    expect(next(register('alpha'))).toBe('unchanged');
    expect(next(register('open-alpha'))).toBe('conflict');
    expect(next(register('bolt-home'))).toBe('done');
    expect(next(remove('open-alpha'))).toBe('not-found');
    expect(next(remove('alpha'))).toBe('done');
    expect(next(register('open-alpha'))).toBe('done');
  });
  it('is registered by whoever may create it; a service tells what is so, of an archived project too', () => {
    expect(after(add('cat')).next(register('alpha', 'cat'))).toBe('done');
    expect(after().next(register('alpha', 'cat'))).toBe('not-found');
    expect(after(archive).next(register('alpha', 'ann'))).toBe('forbidden');
    expect(after(archive).next(register('alpha'))).toBe('done');
  });
});

describe('attribution', () => {
  const revise = (...rows: SupportRow[]): Operation => ({
    type: 'reviseSupportMatrix',
    rows: firstTable.map((row) => rows.find(({ kind }) => kind === row.kind) ?? row),
  });
  const file = (key: boolean, ui: boolean | null, listingScope: SupportRow['listingScope'] = 'defaultProject') =>
    revise({ kind: 'file', key, ui, listingScope });
  const external = [letExternalsIn(), add('eve')];
  const countsTo = (history: Operation[], subject: string, channel: Channel, action = 'file:read') =>
    after(...history).answer({
      subject: { type: subject === 'k1' ? 'api_key' : 'user', id: subject },
      action,
      resource: { type: 'project', id: 'alpha' },
      channel,
    }).attribution;
  const toAlpha = { organization: 'acme', project: 'alpha', apiKey: null, fallback: null, listingScope: 'project' };
  const toHome = { ...toAlpha, project: 'acme-home', fallback: 'fallback', listingScope: 'defaultProject' };
  const toBolt = { ...toHome, organization: 'bolt', project: 'bolt-home', fallback: 'externalFallback' };

  it('ATT-01, ATT-02, ATT-03, AMB-22: goes by the channel’s column of the table', () => {
    expect(countsTo([makeKey()], 'k1', 'api')).toEqual({ ...toAlpha, apiKey: 'k1' });
    expect(countsTo([makeKey()], 'k1', 'ui')).toEqual({ ...toHome, apiKey: 'k1' });
    expect(countsTo([], 'ann', 'ui')).toEqual(toHome);
    expect(countsTo([], 'ann', 'ui', 'instant-cluster:read')).toEqual(toAlpha);
    expect(countsTo([], 'ann', 'api', 'storage:read')).toEqual(toHome);
  });
  it('RES-04, AMB-38: by the table as it was last put', () => {
    expect(countsTo([file(false, true)], 'ann', 'ui')).toEqual(toAlpha);
    expect(countsTo([file(false, true)], 'ann', 'api')).toEqual(toHome);
    expect(countsTo([file(false, true), revise()], 'ann', 'ui')).toEqual(toHome);
    expect(after(revise({ kind: 'file', key: true, ui: true, listingScope: 'organization' })).next(revise())).toBe(
      'done',
    );
    expect(after().next(revise())).toBe('unchanged');
  });
  it('ATT-04, PRJ-07: of the playground, to the default project', () => {
    expect(countsTo([file(true, true)], 'ann', 'playground')).toEqual({ ...toHome, fallback: null });
    expect(countsTo([], 'ann', 'playground')).toEqual(toHome);
  });
  it('ATT-05, AMB-23: of an external, to where they are at home; of their key never', () => {
    expect(countsTo(external, 'eve', 'ui')).toEqual(toBolt);
    expect(countsTo(external, 'eve', 'api')).toEqual(toAlpha);
    expect(countsTo([...external, makeKey(null, 'alpha', 'eve')], 'k1', 'ui')).toEqual({ ...toHome, apiKey: 'k1' });
    expect(countsTo([letExternalsIn(), add('fay')], 'fay', 'ui')).toEqual(toHome);
  });
  it('AMB-24, RES-09: lists a sibling’s only where the table says so', () =>
    expect(countsTo([file(true, false, 'organization')], 'ann', 'ui')).toEqual({
      ...toHome,
      listingScope: 'organization',
    }));
  it('ATT-12: of managing, is the project’s; of what concerns the organization, no project’s', () => {
    expect(countsTo([], 'ann', 'playground', 'api-key:list')).toEqual(toAlpha);
    const { answer } = after();
    const resource = { type: 'organization', id: 'acme' };
    const asked = answer({ subject: { type: 'user', id: 'cat' }, action: 'member:read', resource, channel: 'ui' });
    expect(asked.attribution).toEqual({ ...toAlpha, project: null });
  });
  it('RES-05, AMB-25: is of nothing where the kind has no such channel', () => {
    expect(countsTo([file(true, null)], 'ann', 'ui')).toBeNull();
    expect(after(file(true, null)).person('ann', 'file:read', 'file alpha')).toBe('unsupported-channel');
    const noUi = revise({ kind: 'api-key', key: true, ui: null, listingScope: 'defaultProject' });
    expect(after(noUi).person('ann', 'api-key:list', 'project alpha')).toBe('unsupported-channel');
  });
});

describe('a principal', () => {
  it('is told as far as it is known, also on a deny', () => {
    const { answer } = after(makeKey(), revoke(), block('eve'));
    const principalOf = (type: 'user' | 'api_key', id: string) =>
      answer({ subject: { type, id }, action: 'file:read', resource: { type: 'file' }, channel: 'api' }).principal;
    expect(principalOf('user', 'fay')).toEqual({ type: 'user', id: 'fay', organization: null });
    expect(principalOf('user', 'eve')).toEqual({ type: 'user', id: 'eve', organization: 'bolt' });
    expect(principalOf('user', 'nobody')).toBeNull();
    expect(principalOf('api_key', 'k1')).toEqual({ type: 'api_key', id: 'k1', project: 'alpha', organization: 'acme' });
    expect(principalOf('api_key', 'k2')).toBeNull();
  });
});

describe('a faulty question', () => {
  const { person, key } = after(makeKey());
  it.each([
    ['file:explode', 'file alpha', 'unknown-action'],
    ['file:read', 'model alpha', 'unknown-action'],
    ['file:read', 'organization acme', 'unknown-action'],
    ['project:list', 'project alpha', 'unknown-action'],
    ['project:read', 'organization acme', 'unknown-action'],
    ['file:read', 'castle alpha', 'unknown-resource'],
    ['file:read', 'collaborator alpha', 'unknown-resource'],
    ['file:read', 'file nowhere', 'unknown-resource'],
    ['file:read', 'file', 'unknown-resource'],
    ['project:list', 'organization nowhere', 'unknown-resource'],
    ['code-interpreter:use', 'code-interpreter alpha', 'unsupported-channel'],
  ])('%s of %s: %s', (action, what, reason) => expect(person('ann', action, what)).toBe(reason));
  it('RES-05, AMB-25: the code interpreter is for the API alone, also of a key', () => {
    expect(key('code-interpreter:use', 'code-interpreter', 'playground')).toBe('unsupported-channel');
    expect(key('code-interpreter:use', 'code-interpreter', 'api')).toBe('project-key');
  });
});

describe('an operation', () => {
  it('AMB-21: is forbidden where the thing is seen, and finds nothing where it isn’t', () => {
    expect(after().next(add('dan', 'alpha', 'cat'))).toBe('not-found');
    expect(after().next(add('dan', 'open-alpha', 'cat'))).toBe('forbidden');
    expect(after(add('cat')).next(add('dan', 'alpha', 'cat'))).toBe('forbidden');
    expect(after().next(leaves('cat', 'dan'))).toBe('forbidden');
    expect(after().next(leaves('cat', 'eve'))).toBe('not-found');
    expect(after(letExternalsIn(), add('eve'), letExternalsIn(false)).next(drop('ann', 'alpha', 'eve'))).toBe(
      'forbidden',
    );
    expect(after(block('bob')).next(add('dan', 'alpha', 'bob'))).toBe('forbidden');
  });
  it('AMB-34, ORG-07: nobody gets a second home, and only under sso', () => {
    expect(after().next({ type: 'provisionMember', organization: 'acme', account: 'eve' })).toBe('conflict');
    expect(after().next({ type: 'provisionMember', organization: 'bolt', account: 'fay' })).toBe('conflict');
    expect(after(block('fay')).next(joins('fay'))).toBe('not-found');
    expect(
      after().next({ type: 'createOrganization', by: 'cat', organization: 'corp', defaultProject: 'corp-home' }),
    ).toBe('conflict');
  });
  it('ORG-22: the owner’s role stays', () => {
    const to = (account: string, role: 'admin' | 'member'): Operation => ({
      type: 'changeMemberRole',
      by: 'bob',
      organization: 'acme',
      account,
      role,
    });
    expect(after().next(to('ann', 'member'))).toBe('conflict');
    expect(after().next(to('bob', 'admin'))).toBe('unchanged');
    expect(after().next(to('eve', 'admin'))).toBe('not-found');
  });
  it('PRJ-10: a feature that is not named stays as it was', () => {
    const more = after({ type: 'setFeatures', organization: 'acme', requireJoin: true });
    expect(more.next({ type: 'setFeatures', organization: 'acme', multiProject: true })).toBe('unchanged');
  });
  it('PRJ-10: a second project takes the feature', () => {
    expect(
      after().next({ type: 'createProject', by: 'eve', organization: 'bolt', project: 'gamma', visibility: 'open' }),
    ).toBe('conflict');
  });
  it('AMB-28: adding whoever is there already is a conflict, an equal role no change', () => {
    expect(after(add('cat')).next(add('cat'))).toBe('conflict');
    expect(after().next(add('cat', 'acme-home'))).toBe('conflict');
    expect(after(add('cat')).next(rerole('cat', 'member'))).toBe('unchanged');
    expect(after().next(rerole('cat', 'member', 'acme-home'))).toBe('unchanged');
    expect(after().next(rerole('cat', 'admin'))).toBe('not-found');
    expect(after().next(rerole('eve', 'admin', 'acme-home'))).toBe('not-found');
    expect(after(makeKey(10)).next(expireIn(10))).toBe('unchanged');
  });
  it('AMB-05: an organization admin loses at most the row, and never goes below admin', () => {
    expect(after(add('bob')).next(rerole('bob', 'member'))).toBe('conflict');
    expect(after().next(rerole('bob', 'admin'))).toBe('unchanged');
    const dropped = after(add('bob'), drop('bob'));
    expect(dropped.person('bob', 'project:update', 'project alpha')).toBe('organization-admin');
    expect(dropped.next(drop('bob'))).toBe('not-found');
  });
  it('the default project is never archived', () => {
    expect(after().next({ type: 'archive', by: 'ann', project: 'acme-home' })).toBe('conflict');
    expect(after(archive).next(archive)).toBe('unchanged');
  });
});

/** How each operation can be refused in a random history, which never makes the same name twice. */
const refusals: Record<Operation['type'], Why[]> = {
  registerAccount: [],
  blockAccount: ['not-found'],
  unblockAccount: ['not-found', 'conflict'],
  transferAccount: ['not-found', 'conflict'],
  deleteAccount: ['forbidden', 'conflict'],
  createOrganization: ['forbidden', 'conflict'],
  setFeatures: ['not-found'],
  setMembershipMethod: ['not-found'],
  suspend: ['not-found'],
  resume: ['not-found'],
  provisionMember: ['not-found', 'conflict'],
  transferOwnership: ['not-found'],
  changeMemberRole: ['forbidden', 'not-found', 'conflict'],
  removeMember: ['forbidden', 'not-found', 'conflict'],
  createProject: ['forbidden', 'not-found', 'conflict'],
  changeVisibility: ['forbidden', 'not-found'],
  joinProject: ['forbidden', 'not-found', 'conflict'],
  leaveProject: ['forbidden', 'not-found'],
  allowExternal: ['forbidden', 'not-found', 'conflict'],
  archive: ['forbidden', 'not-found', 'conflict'],
  unarchive: ['forbidden', 'not-found', 'conflict'],
  addCollaborator: ['forbidden', 'not-found', 'conflict'],
  removeCollaborator: ['forbidden', 'not-found', 'conflict'],
  changeCollaboratorRole: ['forbidden', 'not-found', 'conflict'],
  createKey: ['forbidden', 'not-found', 'conflict', 'unprocessable'],
  setExpiration: ['forbidden', 'not-found', 'conflict', 'unprocessable'],
  renameKey: ['forbidden', 'not-found', 'conflict'],
  revokeKey: ['forbidden', 'not-found'],
  rotateKey: ['forbidden', 'not-found', 'conflict'],
  revokeKeysOfProject: ['forbidden', 'not-found'],
  revokeKeysMadeBy: ['forbidden'],
  importKey: ['not-found', 'conflict', 'unprocessable'],
  issueLegacyKey: ['not-found', 'conflict'],
  importLegacyKey: ['not-found', 'conflict'],
  regenerateLegacyKey: ['forbidden', 'not-found'],
  revealLegacyKey: ['forbidden', 'not-found', 'conflict'],
  registerResource: ['forbidden', 'not-found', 'conflict'],
  removeResource: ['forbidden', 'not-found'],
  reviseSupportMatrix: [],
  wait: [],
};

describe('random histories', () => {
  const seed = 20260819;
  const histories = fc.sample(anyHistory, { numRuns: 400, seed });
  const questions = fc.sample(anyQuestion, { numRuns: 10_000, seed });
  const replayed = histories.map((history) => {
    const oracle = new Oracle();
    const outcomes = history.map((operation) => {
      const result = oracle.apply(operation);
      return `${operation.type} ${result.outcome === 'refused' ? result.why : result.outcome}`;
    });
    return { oracle, outcomes };
  });
  const outcomes = replayed.flatMap((replay) => replay.outcomes);

  it('end in every reason there is, allow and deny', () => {
    const answers = questions.map(
      (question, index) => replayed[index % replayed.length]?.oracle.answer(question).reason,
    );
    expect(new Set(answers)).toEqual(new Set([...allowReasons, ...denyReasons]));
  });

  it('count to every place there is', () => {
    const answers = questions.map((question, index) => replayed[index % replayed.length]?.oracle.answer(question));
    const places = answers.flatMap((answer) =>
      answer?.attribution == null ? [] : [`${String(answer.attribution.fallback)} ${answer.attribution.listingScope}`],
    );
    expect([...new Set(places)].sort()).toEqual([
      'externalFallback defaultProject',
      'externalFallback organization',
      'fallback defaultProject',
      'fallback organization',
      'null defaultProject',
      'null organization',
      'null project',
    ]);
  });

  it('have every operation done, and refused in every way it can be', () => {
    const refused = Object.entries(refusals).flatMap(([type, whys]) => whys.map((why) => `${type} ${why}`));
    const done = Object.keys(refusals).map((type) => `${type} done`);
    const seen = outcomes.filter((outcome) => !outcome.endsWith(' unchanged'));
    expect([...new Set(seen)].sort()).toEqual([...done, ...refused].sort());
  });

  it('leave no trace of what was refused or changed nothing', () => {
    for (const [index, { oracle, outcomes }] of replayed.entries()) {
      const done = histories[index]?.filter((_, step) => outcomes[step]?.endsWith(' done'));
      expect(oracle.past).toEqual(done);
    }
  });

  it('are about sixty operations long, and most of them are done', () => {
    const done = outcomes.filter((outcome) => outcome.endsWith(' done'));
    expect(outcomes.length / histories.length).toBeGreaterThan(50);
    expect(done.length / outcomes.length).toBeGreaterThan(0.5);
    expect(done.length / outcomes.length).toBeLessThan(0.85);
  });

  it('have people come back to an organization that once gave them a project', () => {
    const returned = replayed.filter(({ oracle: { past } }) =>
      past.some(
        (end, index) =>
          end.type === 'removeMember' &&
          past.slice(0, index).some((had) => had.type === 'addCollaborator' && had.account === end.account) &&
          past.slice(index).some((back) => back.type === 'provisionMember' && back.account === end.account),
      ),
    );
    expect(returned.length).toBeGreaterThan(20);
  });

  it('stop, now and then, at the very second of an expiry', () => {
    const keysAtTheirEnd = replayed.flatMap(({ oracle: { past } }) =>
      ['k1', 'k2', 'k3', 'k4'].filter((name) => findKey(past, name)?.expiresAt === now(past)),
    );
    expect(keysAtTheirEnd.length).toBeGreaterThan(20);
  });
});
