import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { millisOf } from '#libs/kernel';
import {
  anyWorld,
  ask,
  type Asked,
  credential,
  foldOf,
  type Happening,
  inOrganization,
  inProject,
  keyId,
  keys,
  kind,
  legacyKeyId,
  legacySecrets,
  organizations,
  people,
  projects,
  resourceNames,
  timeOf,
  user,
  world,
  type World,
} from '../testing/index.js';
import type { Decision, Subject } from './question.js';

/** Every way of being answered: by role, by row, by the owner alone, by joining and leaving, by use. */
const inOrganizations = ['organization:read', 'organization:update', 'legacy-key:read', 'legacy-key:revoke'];
const inProjects = [
  'project:read',
  'project:update',
  'project:join',
  'project:leave',
  'project:allow-external',
  'project:change-visibility',
  'file:create',
  'gpu-cluster:create',
];

/** By id alone, in a project, about to be made; and through a channel that a kind may be given. */
const aboutResources: ReadonlyArray<Asked> = [
  ...resourceNames.flatMap((name) => [
    { action: 'file:read', resource: kind('file', undefined, name), channel: 'api' as const },
    { action: 'file:create', resource: kind('file', undefined, name), channel: 'api' as const },
    { action: 'file:use', resource: kind('file', 'site', name) },
    { action: 'code-interpreter:use', resource: kind('code-interpreter', 'site', name), channel: 'ui' as const },
  ]),
  { action: 'code-interpreter:use', resource: kind('code-interpreter', undefined, 'one'), channel: 'playground' },
  { action: 'code-interpreter:use', resource: kind('code-interpreter', 'acmeHome'), channel: 'ui' },
];

const questions: ReadonlyArray<readonly [Subject, Asked]> = [
  ...people.flatMap((name) => [
    ...organizations.flatMap((where) =>
      inOrganizations.map((action) => [user(name), { action, resource: inOrganization(where) }] as const),
    ),
    ...projects.flatMap((where) =>
      inProjects.map((action) => [user(name), { action, resource: inProject(where) }] as const),
    ),
  ]),
  ...[...keys, ...legacySecrets].map(
    (name) => [credential(name), { action: 'file:create', resource: kind('file') }] as const,
  ),
  ...[...keys.map(keyId), legacyKeyId('acme')].map(
    (id) =>
      [
        { type: 'api_key', id },
        { action: 'file:create', resource: kind('file') },
      ] as const,
  ),
  ...[...people.map(user), ...keys.slice(0, 2).map(credential)].flatMap((subject) =>
    aboutResources.map((asked) => [subject, asked] as const),
  ),
];

/** That somebody or something exists, which every answer takes for given, and few need to cite. */
const existence = new Set(['AccountRegistered', 'OrganizationCreated', 'ProjectCreated', 'DefaultProjectCreated']);

interface Answered {
  readonly w: World;
  readonly asked: Asked;
  readonly decision: Decision;
  /** What the same question is answered from other events. */
  readonly reasonOf: (log: ReadonlyArray<Happening>) => string;
  readonly cites: ReadonlyArray<Happening>;
}

/** Asks everything of random worlds, up to half an hour after the last event, and holds each answer to a law. */
const everyAnswer = (law: (answered: Answered) => void) => () => {
  fc.assert(
    fc.property(anyWorld, fc.nat({ max: 30 }), (w, later) => {
      const moment = { now: millisOf(timeOf(w.position + BigInt(later))) };
      for (const [subject, asked] of questions) {
        const decision = ask(w.live, subject, asked, moment);
        const reasonOf = (log: ReadonlyArray<Happening>) => ask(foldOf(log), subject, asked, moment).reason;
        const cited = new Set(decision.evidence.map(({ position }) => position));
        const cites = w.log.filter(({ position }) => cited.has(position));
        expect(cites.map(({ event }) => event.type).sort()).toEqual(decision.evidence.map(({ type }) => type).sort());
        law({ w, asked, decision, reasonOf, cites });
      }
    }),
    { numRuns: 75 },
  );
};

const enough = ({ w, cites }: Answered) =>
  w.log.filter((each) => cites.includes(each) || existence.has(each.event.type));

describe('the evidence of an allow', () => {
  it(
    'is enough: folding only what is cited gives the same answer',
    everyAnswer((answered) => {
      if (answered.decision.decision) expect(answered.reasonOf(enough(answered))).toBe(answered.decision.reason);
    }),
  );

  it(
    'can spare nothing: without any one of its events the answer is another',
    everyAnswer((answered) => {
      if (!answered.decision.decision) return;
      for (const cited of answered.cites) {
        expect(answered.reasonOf(enough(answered).filter((each) => each !== cited))).not.toBe(answered.decision.reason);
      }
    }),
  );
});

describe('the evidence of a deny', () => {
  it(
    'is one event at most, and changed the answer when it happened',
    everyAnswer(({ decision, cites, reasonOf, w }) => {
      if (decision.decision) return;
      expect(cites.length).toBeLessThanOrEqual(1);
      for (const cited of cites) {
        // An end that was moved while another already lay before it: the one in force is cited, whichever came first.
        if (decision.reason === 'expired-key') continue;
        const before = reasonOf(w.log.filter(({ position }) => position < cited.position));
        if (before !== decision.reason) continue;
        // One switch was off already, and is on again: it is the other that shuts them out.
        expect(decision.reason).toBe('external-suspended');
        expect(reasonOf(w.log.filter((each) => each !== cited))).not.toBe(decision.reason);
      }
    }),
  );

  it(
    'tells of a dead key, a blocked and a deleted account by itself',
    everyAnswer(({ decision: { reason }, cites, reasonOf }) => {
      if (['revoked-key', 'superseded-key', 'expired-key', 'account-blocked', 'account-deleted'].includes(reason))
        expect(reasonOf(cites)).toBe(reason);
    }),
  );

  it(
    'is nothing where nothing was ever granted: no role that never had the permission is said to have lost it',
    everyAnswer(({ decision: { reason, evidence }, asked: { action } }) => {
      if (action === 'legacy-key:read' && reason === 'owner-only')
        expect(['', 'OwnershipGivenUp']).toContain(evidence.map(({ type }) => type).join());
      if (action === 'legacy-key:revoke' && reason === 'role-lacks-permission') expect(evidence).toEqual([]);
    }),
  );
});

/** ann owns acme, bob is a member of it, eve is nobody's; `site` is a project of acme that lets externals in. */
const company = (): World =>
  ['ann', 'bob', 'eve']
    .reduce((w, name) => w.account(name), world())
    .organization('acme', { owner: 'ann' })
    .member('acme', 'bob')
    .project('site', { in: 'acme' })
    .externalsWelcome('site');

const cited = (w: World, person: string, action: string, project = 'site') =>
  ask(w.live, user(person), { action, resource: inProject(project) }).evidence.map(
    ({ type, position }) => `${type}@${position}`,
  );
const last = (w: World) => `${w.log.at(-1)?.event.type ?? ''}@${w.position}`;

describe('what took it away is cited', () => {
  it('leaving the organization, of a row that it cut, also after a return', () => {
    const w = company().collaborator('site', 'bob').memberRemoved('acme', 'bob');
    const left = last(w);
    expect(cited(w.member('acme', 'bob'), 'bob', 'project:read')).toEqual([left]);
  });
  it('nothing, of who left and returned but never had a row', () => {
    const w = company().memberRemoved('acme', 'bob').member('acme', 'bob');
    expect(cited(w, 'bob', 'project:read')).toEqual([]);
  });
  it("the row's own removal, of who left and returned after it", () => {
    const w = company().collaborator('site', 'bob').collaboratorRemoved('site', 'bob');
    const removed = last(w);
    expect(cited(w.memberRemoved('acme', 'bob').member('acme', 'bob'), 'bob', 'project:read')).toEqual([removed]);
  });
});

describe('PRM-36: who may leave, may by their row', () => {
  it('an admin of the organization too', () => {
    const w = company().founder('site', 'ann');
    expect(cited(w, 'ann', 'project:leave')).toEqual([expect.stringMatching(/^OwnerAssigned@/u), last(w)]);
  });
});

describe('what is not needed is not cited', () => {
  const typesOf = (cites: ReadonlyArray<string>) => cites.map((cite) => cite.split('@')[0]);

  it("an external's promotion, where a member's row is enough", () => {
    const w = company().external('site', 'eve', 'admin');
    expect(cited(w, 'eve', 'project:read')).not.toContain(last(w));
    expect(cited(w, 'eve', 'project:leave')).not.toContain(last(w));
    expect(cited(w, 'eve', 'project:update')).toContain(last(w));
  });
  it("an external's demotion, ever", () => {
    const w = company().rowTakenOver('site', 'eve', 'admin').collaboratorRole('site', 'eve', 'member');
    expect(cited(w, 'eve', 'project:read')).not.toContain(last(w));
    expect(cited(w, 'eve', 'project:update')).toEqual([last(w)]);
  });
  it('a row in the default project, where membership is enough', () => {
    const w = company().founder('acmeHome', 'bob').collaboratorRole('acmeHome', 'bob', 'member');
    expect(typesOf(cited(w, 'bob', 'project:read', 'acmeHome'))).toEqual([
      'MemberProvisioned',
      'DefaultProjectCreated',
    ]);
  });
  it('COL-24: what a project was meanwhile, that is open as it was made', () => {
    const w = company().project('lab', { in: 'acme', visibility: 'open' });
    const made = last(w);
    w.visibility('lab', 'closed').visibility('lab', 'open');
    expect(cited(w, 'bob', 'project:join', 'lab')).toEqual([expect.stringMatching(/^MemberProvisioned@/u), made]);
  });
  it('COL-24: how a project was made, that was made open later', () => {
    const w = company().visibility('site', 'open');
    expect(typesOf(cited(w, 'bob', 'project:join'))).toEqual(['MemberProvisioned', 'ProjectVisibilityChanged']);
  });
});

describe('of several, the one that took it away is cited', () => {
  it('ORG-18: the end of a membership, also when the end of the row is recorded after it', () => {
    const w = company().collaborator('site', 'bob').memberRemoved('acme', 'bob');
    const [left, end] = [last(w), w.position];
    expect(cited(w.rowEnded('site', 'bob', end), 'bob', 'project:read')).toEqual([left]);
    expect(cited(w.member('acme', 'bob'), 'bob', 'project:read')).toEqual([left]);
  });
  it('PRJ-22: leaving the project, also by who leaves the organization and returns after it', () => {
    const w = company().visibility('site', 'open').projectJoined('site', 'bob').projectLeft('site', 'bob');
    const left = last(w);
    expect(cited(w, 'bob', 'project:read')).toEqual([left]);
    expect(cited(w.memberRemoved('acme', 'bob'), 'bob', 'project:read')).toEqual([last(w)]);
    expect(cited(w.joined('acme', 'bob'), 'bob', 'project:read')).toEqual([left]);
  });
  it('PRJ-22: leaving the project, of an external', () => {
    const w = company().external('site', 'eve').projectLeft('site', 'eve');
    expect(cited(w, 'eve', 'project:read')).toEqual([last(w)]);
  });
  it('of two leavings, the one that cut the row', () => {
    const w = company().collaborator('site', 'bob').memberRemoved('acme', 'bob');
    const left = last(w);
    w.member('acme', 'bob').memberRemoved('acme', 'bob').member('acme', 'bob');
    expect(cited(w, 'bob', 'project:read')).toEqual([left]);
  });
  it('AMB-09: of two switches, the one that was turned off first', () => {
    const w = company().external('site', 'eve').knew('site', 'ExternalCollaboratorsDisallowed');
    const off = last(w);
    expect(cited(w.saw('acme', 'ExternalCollaboratorsBetaDisabled'), 'eve', 'project:read')).toEqual([off]);
  });
});

describe('PRJ-21: an admin who has to join from now on is told what demands it', () => {
  it('the switch', () => {
    const w = company().saw('acme', 'RequireJoinEnabled');
    expect(cited(w, 'ann', 'project:update')).toEqual([last(w)]);
  });
  it('the project, that was open', () => {
    const w = company().project('lab', { in: 'acme', visibility: 'open' }).saw('acme', 'RequireJoinEnabled');
    const shut = last(w.visibility('lab', 'closed'));
    expect(cited(w.visibility('lab', 'private'), 'ann', 'project:update', 'lab')).toEqual([shut]);
  });
  it('their own leaving, where that was the last', () => {
    const w = company().saw('acme', 'RequireJoinEnabled').projectJoined('site', 'ann', 'admin');
    expect(cited(w.projectLeft('site', 'ann'), 'ann', 'project:update')).toEqual([last(w)]);
  });
  it('nothing, where they had to from the start: the project is younger than the switch, or they as an admin', () => {
    const w = company().saw('acme', 'RequireJoinEnabled').project('lab', { in: 'acme' });
    expect(cited(w, 'ann', 'project:update', 'lab')).toEqual([]);
    expect(cited(w.memberRole('acme', 'bob', 'admin'), 'bob', 'project:update')).toEqual([]);
  });
  it('nothing of the switch to who would leave: they never had what one leaves', () => {
    const w = company().saw('acme', 'RequireJoinEnabled');
    expect(cited(w, 'ann', 'project:leave')).toEqual([]);
  });
});

describe('AMB-06: a former admin is told of their demotion', () => {
  const demoted = (w: World) => w.memberRole('acme', 'bob', 'admin').memberRole('acme', 'bob', 'member');

  it('without a row', () => {
    const w = demoted(company());
    expect(cited(w, 'bob', 'project:update')).toEqual([last(w)]);
    expect(cited(w, 'bob', 'project:join')).toEqual([last(w)]);
  });
  it("with a member's row, or in the default project", () => {
    const w = demoted(company().collaborator('site', 'bob'));
    expect(cited(w, 'bob', 'project:update')).toEqual([last(w)]);
    expect(cited(w, 'bob', 'project:update', 'acmeHome')).toEqual([last(w)]);
  });
  it('or of the loss of their row, where that came after', () => {
    const w = demoted(company()).collaborator('site', 'bob').collaboratorRemoved('site', 'bob');
    expect(cited(w, 'bob', 'project:update')).toEqual([last(w)]);
  });
  it('or of nothing: in a project that they had to join first, or that is younger', () => {
    const w = demoted(company().saw('acme', 'RequireJoinEnabled'));
    expect(cited(w, 'bob', 'project:update')).toEqual([]);
    expect(cited(demoted(company()).project('lab', { in: 'acme' }), 'bob', 'project:update', 'lab')).toEqual([]);
  });
});

describe('AMB-33: an organization that has changed hands', () => {
  const w = () => company().ownership('acme', { from: 'ann', to: 'bob' });
  const asked = (told: World, person: string, action: string) => {
    const { reason, evidence } = ask(told.live, user(person), { action, resource: inOrganization('acme') });
    return [reason, ...evidence.map(({ type }) => type)];
  };

  it('is its new owner’s, by what made them so', () => {
    const owner = ['organization-owner', 'MemberProvisioned', 'OwnershipReceived'];
    expect(asked(w(), 'bob', 'legacy-key:read')).toEqual(owner);
    expect(asked(w(), 'bob', 'organization:update')).toEqual(owner);
  });
  it('has its former owner as an admin, by what made them so', () =>
    expect(asked(w(), 'ann', 'organization:update')).toEqual([
      'organization-admin',
      'OwnerAssigned',
      'OwnershipGivenUp',
    ]));
  it('keeps the owner’s own from the former one, demoted or not, by what took it away', () => {
    const lost = ['owner-only', 'OwnershipGivenUp'];
    expect(asked(w(), 'ann', 'legacy-key:read')).toEqual(lost);
    expect(asked(w().memberRole('acme', 'ann', 'member'), 'ann', 'legacy-key:read')).toEqual(lost);
  });
  it('keeps its former owner, once demoted, as a member: by the demotion', () => {
    const told = w().memberRole('acme', 'ann', 'member').founder('site', 'ann');
    const types = (action: string, project: string) =>
      ask(told.live, user('ann'), { action, resource: inProject(project) }).evidence.map(({ type }) => type);
    const asMember = ['OwnerAssigned', 'MemberRoleChanged'];
    expect(asked(told, 'ann', 'organization:read')).toEqual(['organization-member', ...asMember]);
    expect(types('project:read', 'acmeHome')).toEqual([...asMember, 'DefaultProjectCreated']);
    expect(types('project:read', 'site')).toEqual([...asMember, 'CollaboratorAdded']);
    expect(types('project:leave', 'site')).toEqual(['OwnerAssigned', 'CollaboratorAdded']);
  });
  it('and back: by the founding alone', () => {
    const back = w().ownership('acme', { from: 'bob', to: 'ann' });
    expect(asked(back, 'ann', 'legacy-key:read')).toEqual(['organization-owner', 'OwnerAssigned']);
    expect(asked(back, 'bob', 'legacy-key:read')).toEqual(['owner-only', 'OwnershipGivenUp']);
    expect(asked(back, 'bob', 'organization:update')).toEqual([
      'organization-admin',
      'MemberProvisioned',
      'OwnershipGivenUp',
    ]);
  });
});
