import { describe, expect, it } from '@jest/globals';
import { accountId, ask, inOrganization, inProject, projectId, user, world, type World } from '../testing/index.js';
import { personInProject } from './standing.js';

/** ann owns acme, adm is an admin, bob a member; eve owns zeta. `site` and `lab` are projects of acme. */
const company = (): World =>
  ['ann', 'adm', 'bob', 'eve', 'fay']
    .reduce((w, name) => w.account(name), world())
    .organization('acme', { owner: 'ann' })
    .organization('zeta', { owner: 'eve' })
    .member('acme', 'adm', 'admin')
    .member('acme', 'bob')
    .project('site', { in: 'acme' })
    .project('lab', { in: 'acme' });

const may = (w: World, person: string, action: string, where = inProject('site')) =>
  ask(w.live, user(person), { action, resource: where }).reason;
const reads = (w: World, person: string, project = 'site') => may(w, person, 'project:read', inProject(project));
const writes = (w: World, person: string, project = 'site') => may(w, person, 'project:update', inProject(project));

describe('the default project', () => {
  it('PRJ-05: every member is a member of it', () => {
    expect(reads(company(), 'bob', 'acmeHome')).toBe('project-member');
    expect(writes(company(), 'bob', 'acmeHome')).toBe('role-lacks-permission');
  });
  it('AMB-07: may be promoted in it', () => {
    const w = company().collaborator('acmeHome', 'bob', 'admin');
    expect(writes(w, 'bob', 'acmeHome')).toBe('project-admin');
    expect(writes(w.collaboratorRole('acmeHome', 'bob', 'member'), 'bob', 'acmeHome')).toBe('role-lacks-permission');
    expect(reads(w, 'bob', 'acmeHome')).toBe('project-member');
  });
  it('COL-21: nobody else is', () => {
    expect(reads(company(), 'eve', 'acmeHome')).toBe('not-a-member');
    expect(reads(company().externalsWelcome('site').external('site', 'eve'), 'eve', 'acmeHome')).toBe('not-a-member');
  });
  it('AMB-08: an external who was added to it is', () =>
    expect(reads(company().externalsWelcome('acmeHome').external('acmeHome', 'eve'), 'eve', 'acmeHome')).toBe(
      'external-collaborator',
    ));
  it('ORG-18: who leaves the organization leaves it', () => {
    const w = company().memberRemoved('acme', 'bob');
    expect(reads(w, 'bob', 'acmeHome')).toBe('not-a-member');
    expect(reads(w.member('acme', 'bob'), 'bob', 'acmeHome')).toBe('project-member');
  });
  it('PRJ-22: nobody leaves it by themselves', () => {
    for (const person of ['ann', 'adm', 'bob'])
      expect(may(company(), person, 'project:leave', inProject('acmeHome'))).toBe('role-lacks-permission');
  });
});

describe('a row', () => {
  it('PRJ-03, PRM-65: opens its own project and no other', () => {
    const w = company().collaborator('site', 'bob', 'admin');
    expect(reads(w, 'bob')).toBe('project-admin');
    expect(reads(w, 'bob', 'lab')).toBe('not-a-collaborator');
    expect(may(w, 'bob', 'member:invite', inOrganization('acme'))).toBe('role-lacks-permission');
  });
  it('ORG-18: removal from the organization cuts every project at once', () => {
    const w = company().collaborator('site', 'bob').collaborator('lab', 'bob', 'admin').memberRemoved('acme', 'bob');
    expect([reads(w, 'bob'), reads(w, 'bob', 'lab')]).toEqual(['not-a-member', 'not-a-member']);
  });
  it('a later return revives none', () => {
    const w = company().collaborator('site', 'bob', 'admin').memberRemoved('acme', 'bob').member('acme', 'bob');
    expect(reads(w, 'bob')).toBe('not-a-collaborator');
    expect(reads(w.collaboratorRole('site', 'bob', 'admin'), 'bob')).toBe('not-a-collaborator');
  });
  it('of a later return counts, and the recorded removal of the older one does not touch it', () => {
    const w = company().collaborator('site', 'bob', 'admin').memberRemoved('acme', 'bob');
    w.collaboratorRemoved('site', 'bob').member('acme', 'bob').collaborator('site', 'bob');
    expect(writes(w, 'bob')).toBe('role-lacks-permission');
    expect(reads(w, 'bob')).toBe('project-member');
  });
  it('AMB-27: added again is a member, whatever they were', () => {
    const w = company()
      .collaborator('site', 'bob', 'admin')
      .collaboratorRemoved('site', 'bob')
      .collaborator('site', 'bob');
    expect(writes(w, 'bob')).toBe('role-lacks-permission');
  });
  it('ORG-18: a promotion after the removal promotes nobody', () => {
    const w = company()
      .collaborator('site', 'bob')
      .collaboratorRemoved('site', 'bob')
      .collaboratorRole('site', 'bob', 'admin');
    expect(reads(w, 'bob')).toBe('not-a-collaborator');
  });
});

describe('an external', () => {
  const withEve = () => company().externalsWelcome('site').external('site', 'eve', 'admin');

  it('COL-18: may be admin', () => expect(writes(withEve(), 'eve')).toBe('external-collaborator'));
  it('COL-16: one open switch of two is not enough', () => {
    const half = company().external('site', 'eve').saw('acme', 'ExternalCollaboratorsBetaEnabled');
    expect(reads(half, 'eve')).toBe('external-suspended');
    const other = company().external('site', 'eve').knew('site', 'ExternalCollaboratorsAllowed');
    expect(reads(other, 'eve')).toBe('external-suspended');
  });
  it('COL-16: the switch of another project opens nothing', () => {
    const w = company().externalsWelcome('lab').external('site', 'eve');
    expect(reads(w, 'eve')).toBe('external-suspended');
  });
  it('AMB-10: does not flip the switch', () =>
    expect(may(withEve(), 'eve', 'project:allow-external')).toBe('role-lacks-permission'));
  it('COL-19: has no place in the organization', () =>
    expect(may(withEve(), 'eve', 'organization:read', inOrganization('acme'))).toBe('not-a-member'));
  it('COL-22: keeps their own', () =>
    expect(may(withEve(), 'eve', 'organization:update', inOrganization('zeta'))).toBe('organization-owner'));

  const joins = (w: World) =>
    w.account('gus').externalsWelcome('site').external('site', 'gus', 'admin').member('acme', 'gus');
  it('AMB-11: who joins the organization keeps the role, as one of its own', () =>
    expect(writes(joins(company()), 'gus')).toBe('project-admin'));
  it('AMB-11: whom no switch suspends any more', () =>
    expect(writes(joins(company()).knew('site', 'ExternalCollaboratorsDisallowed'), 'gus')).toBe('project-admin'));
  it('AMB-11: and who leaves again has lost the row, and with it the project', () => {
    const w = joins(company()).memberRemoved('acme', 'gus');
    expect(reads(w, 'gus')).toBe('not-a-member');
    expect(reads(w.member('acme', 'gus'), 'gus')).toBe('not-a-collaborator');
    expect(reads(w.memberRemoved('acme', 'gus').external('site', 'gus'), 'gus')).toBe('external-collaborator');
  });
  it('leaving another organization takes nothing away here', () => {
    const w = company()
      .externalsWelcome('site')
      .external('site', 'fay')
      .member('zeta', 'fay')
      .memberRemoved('zeta', 'fay');
    expect(reads(w, 'fay')).toBe('external-collaborator');
  });
  it('who left the organization before they were added is one', () => {
    const w = company().memberRemoved('acme', 'bob').externalsWelcome('site').external('site', 'bob');
    expect(reads(w, 'bob')).toBe('external-collaborator');
  });
});

describe('the admins of an organization', () => {
  it('AMB-04, COL-07: are admins of every project, without a row', () => {
    expect(writes(company(), 'ann', 'lab')).toBe('organization-owner');
    expect(writes(company(), 'adm', 'lab')).toBe('organization-admin');
  });
  it('AMB-05: taking a row away, or lowering it, takes nothing else', () => {
    const w = company().collaborator('site', 'adm').collaboratorRemoved('site', 'adm');
    expect(writes(w, 'adm')).toBe('organization-admin');
    expect(writes(company().collaborator('site', 'adm'), 'adm')).toBe('organization-admin');
  });
  it('AMB-06: demoted, keep their rows and nothing else', () => {
    const w = company().collaborator('site', 'adm', 'admin').memberRole('acme', 'adm', 'member');
    expect(writes(w, 'adm')).toBe('project-admin');
    expect(reads(w, 'adm', 'lab')).toBe('not-a-collaborator');
    expect(reads(w, 'adm', 'acmeHome')).toBe('project-member');
  });
  it('of another organization are nothing here', () => expect(reads(company(), 'eve')).toBe('not-a-member'));
});

describe('AMB-04, PRJ-21: where admins join first', () => {
  const strict = () =>
    company()
      .saw('acme', 'RequireJoinEnabled')
      .project('open', { in: 'acme', visibility: 'open' })
      .project('shut', { in: 'acme', visibility: 'closed' });

  it.each(['site', 'shut'])('they do not reach %s before', (project) => {
    for (const person of ['ann', 'adm']) {
      expect(reads(strict(), person, project)).toBe('not-a-collaborator');
      expect(writes(strict(), person, project)).toBe('not-a-collaborator');
    }
  });
  it('they reach it once they have joined', () => {
    const w = strict().collaborator('site', 'adm', 'admin').collaborator('site', 'ann', 'admin');
    expect([writes(w, 'ann'), writes(w, 'adm')]).toEqual(['organization-owner', 'organization-admin']);
  });
  it('they may join, and PRJ-20: change who sees it', () => {
    for (const action of ['project:join', 'project:change-visibility']) {
      expect(may(strict(), 'ann', action)).toBe('organization-owner');
      expect(may(strict(), 'adm', action)).toBe('organization-admin');
    }
  });
  it('open and default projects need no joining', () => {
    expect(writes(strict(), 'adm', 'open')).toBe('organization-admin');
    expect(writes(strict(), 'adm', 'acmeHome')).toBe('organization-admin');
  });
  it('PRO-07: a project made open, or the switch turned off, lets them in again', () => {
    expect(writes(strict().visibility('site', 'open'), 'adm')).toBe('organization-admin');
    expect(writes(strict().saw('acme', 'RequireJoinDisabled'), 'adm')).toBe('organization-admin');
  });
  it('the organization is theirs all the same', () =>
    expect(may(strict(), 'adm', 'member:invite', inOrganization('acme'))).toBe('organization-admin'));
});

describe('DEL-01: the row of who was deleted', () => {
  it('counts no more, also without a record of its end', () => {
    const row = (w: World) => {
      const project = w.live.project(projectId('site'));
      return project && personInProject(w.live, accountId('eve'), projectId('site'), project).row;
    };
    const w = company().externalsWelcome('site').external('site', 'eve');
    expect(row(w)).toMatchObject({ kind: 'external' });
    expect(row(w.deleted('eve'))).toBeNull();
  });
});

describe('AMB-33: who owns an organization', () => {
  it('changes by a transfer: its former owner is an admin and its new one the owner', () => {
    const w = company().ownership('acme', { from: 'ann', to: 'bob' });
    expect([writes(w, 'bob'), writes(w, 'ann')]).toEqual(['organization-owner', 'organization-admin']);
    const legacyKey = (person: string) => may(w, person, 'legacy-key:regenerate', inOrganization('acme'));
    expect([legacyKey('bob'), legacyKey('ann'), legacyKey('adm')]).toEqual([
      'organization-owner',
      'owner-only',
      'owner-only',
    ]);
  });
});

describe('joining and leaving', () => {
  const joins = (w: World, person: string, project: string) => may(w, person, 'project:join', inProject(project));
  const leaves = (w: World, person: string) => may(w, person, 'project:leave');

  it('COL-24, PRM-17: members join what is open, admins everything', () => {
    const w = company().visibility('lab', 'open');
    expect(joins(w, 'bob', 'lab')).toBe('organization-member');
    expect(joins(w, 'bob', 'site')).toBe('not-a-collaborator');
    expect(joins(w.visibility('lab', 'closed'), 'bob', 'lab')).toBe('not-a-collaborator');
    expect(joins(w, 'adm', 'site')).toBe('organization-admin');
    expect(joins(w, 'ann', 'site')).toBe('organization-owner');
  });
  it('PRM-17: no external joins by themselves', () => {
    const w = company().visibility('site', 'open').externalsWelcome('site').external('site', 'eve');
    expect(joins(w, 'eve', 'site')).toBe('role-lacks-permission');
    expect(joins(w, 'fay', 'site')).toBe('not-a-member');
  });
  it('COL-24: who has joined is a member of the project, with a row like any other', () => {
    const w = company().visibility('lab', 'open').projectJoined('lab', 'bob');
    expect([reads(w, 'bob', 'lab'), writes(w, 'bob', 'lab')]).toEqual(['project-member', 'role-lacks-permission']);
    expect(writes(w.collaboratorRole('lab', 'bob', 'admin'), 'bob', 'lab')).toBe('project-admin');
    expect(may(w, 'bob', 'project:leave', inProject('lab'))).toBe('project-admin');
  });
  it('PRJ-20: and stays one when the project is closed', () => {
    const w = company().visibility('lab', 'open').projectJoined('lab', 'bob').visibility('lab', 'private');
    expect(reads(w, 'bob', 'lab')).toBe('project-member');
  });
  it('ORG-18: and until they leave the organization, with or without a record of it', () => {
    const w = company().projectJoined('lab', 'bob').memberRemoved('acme', 'bob');
    const end = w.position;
    expect(reads(w, 'bob', 'lab')).toBe('not-a-member');
    expect(reads(w.member('acme', 'bob'), 'bob', 'lab')).toBe('not-a-collaborator');
    expect(reads(w.rowEnded('lab', 'bob', end), 'bob', 'lab')).toBe('not-a-collaborator');
    expect(reads(w.projectJoined('lab', 'bob').rowEnded('lab', 'bob', end), 'bob', 'lab')).toBe('project-member');
  });
  it('PRJ-22: who has left is out, and may join again where it is open', () => {
    const w = company().visibility('lab', 'open').projectJoined('lab', 'bob').projectLeft('lab', 'bob');
    expect(reads(w, 'bob', 'lab')).toBe('not-a-collaborator');
    expect(joins(w, 'bob', 'lab')).toBe('organization-member');
    expect(reads(w.projectJoined('lab', 'bob'), 'bob', 'lab')).toBe('project-member');
  });
  it('PRJ-21, AMB-04: an admin who has left is one all the same, unless they have to join first', () => {
    const w = company().projectJoined('lab', 'adm', 'admin').projectLeft('lab', 'adm');
    expect(writes(w, 'adm', 'lab')).toBe('organization-admin');
    expect(writes(w.saw('acme', 'RequireJoinEnabled'), 'adm', 'lab')).toBe('not-a-collaborator');
    expect(writes(w.projectJoined('lab', 'adm', 'admin'), 'adm', 'lab')).toBe('organization-admin');
  });
  it('PRM-36: whoever has a row may leave, and nobody else', () => {
    const w = company().collaborator('site', 'bob').externalsWelcome('site').external('site', 'eve');
    expect(leaves(w, 'bob')).toBe('project-member');
    expect(leaves(w, 'eve')).toBe('external-collaborator');
    expect(leaves(w, 'adm')).toBe('not-a-collaborator');
    expect(leaves(w, 'fay')).toBe('not-a-member');
    expect(
      ask(w.collaborator('site', 'adm').live, user('adm'), { action: 'project:leave', resource: inProject('site') })
        .decision,
    ).toBe(true);
  });
});
