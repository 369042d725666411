import fc from 'fast-check';
import type { Role, Visibility } from '#libs/kernel';
import { homeIn, homeOfPerson, isHome, keys, memberOf, organizations, people, projects, rowIn } from './any-cast.js';
import { type KeyAttempt, keyAttempts } from './any-keys.js';
import { anyResource, type ResourceAttempt, resourceAttempts } from './any-resources.js';
import { accountId, organizationId, projectId } from './names.js';
import { type World, world } from './world.js';

/** Something that may happen; where the rules do not let it, nothing does. */
interface Attempt extends KeyAttempt, ResourceAttempt {
  readonly what: keyof typeof attempts;
  readonly person: (typeof people)[number];
  readonly organization: (typeof organizations)[number];
  readonly project: (typeof projects)[number];
  readonly key: (typeof keys)[number];
  readonly role: Role;
  readonly visibility: Visibility;
  readonly on: boolean;
  /** Minutes, and events, from now. */
  readonly soon: number;
}

/** Each as its decider would have it: the laws are about histories that can be. */
const attempts = {
  ...keyAttempts,
  ...resourceAttempts,
  joinOrganization: (w: World, { person, organization, on }: Attempt) =>
    homeIn(w, person) === null && (on ? w.member(organization, person) : w.joined(organization, person)),
  leaveOrganization: (w: World, { person, organization }: Attempt) => {
    const home = memberOf(w, person, organization);
    return home !== null && home.role !== 'owner' && w.memberRemoved(organization, person);
  },
  transferOwnership: (w: World, { person, organization }: Attempt) => {
    const from = people.find((name) => memberOf(w, name, organization)?.role === 'owner');
    const isHere = memberOf(w, person, organization) !== null;
    return from !== undefined && from !== person && isHere && w.ownership(organization, { from, to: person });
  },
  deleteAccount: (w: World, { person, soon }: Attempt) => {
    const home = homeOfPerson(w, person);
    if (soon > 6 || homeIn(w, person)?.role === 'owner') return false;
    return (home === undefined ? w : w.memberRemoved(home, person)).deleted(person);
  },
  transferAccount: (w: World, { person, soon }: Attempt) => {
    const home = homeOfPerson(w, person);
    if (soon > 6 || w.live.account(accountId('dot')) !== undefined) return false;
    const rows = projects.map((project) => [project, rowIn(w, project, person).counting?.role] as const);
    w.account('dot');
    if (w.live.account(accountId(person))?.blocked === null) w.blocked(person);
    if (home !== undefined) w.membershipTakenOver(home, { from: person, to: 'dot' });
    for (const [project, role] of rows) if (role !== undefined) w.rowTakenOver(project, 'dot', role);
    return true;
  },
  memberRole: (w: World, { person, organization, role }: Attempt) => {
    const home = memberOf(w, person, organization);
    return home !== null && home.role !== 'owner' && home.role !== role && w.memberRole(organization, person, role);
  },
  add: (w: World, { person, project }: Attempt) => {
    const home = memberOf(w, person, 'acme');
    if (home === null || rowIn(w, project, person).counting !== null) return false;
    return isHome(project) || home.role !== 'member' ? w.founder(project, person) : w.collaborator(project, person);
  },
  addExternal: (w: World, { person, project }: Attempt) => {
    if (memberOf(w, person, 'acme') !== null || rowIn(w, project, person).counting !== null) return false;
    const open = [
      w.live.organization(organizationId('acme'))?.externals.on,
      w.live.project(projectId(project))?.externals.on,
    ];
    return open.every((on) => on === true) && w.external(project, person);
  },
  rowRole: (w: World, { person, project, role }: Attempt) => {
    const { counting } = rowIn(w, project, person);
    const derived = ['owner', 'admin'].includes(memberOf(w, person, 'acme')?.role ?? '');
    return (
      counting !== null &&
      counting.role !== role &&
      !(derived && role === 'member') &&
      w.collaboratorRole(project, person, role)
    );
  },
  remove: (w: World, { person, project }: Attempt) => {
    const implicit = isHome(project) && memberOf(w, person, 'acme') !== null;
    return rowIn(w, project, person).counting !== null && !implicit && w.collaboratorRemoved(project, person);
  },
  /** Some time after a row has ended with a membership. */
  recordEnded: (w: World, { person, project }: Attempt) => {
    const { any, counting } = rowIn(w, project, person);
    const ends = w.live.membership(accountId(person))?.ended.get(organizationId('acme')) ?? [];
    const end = ends.find(({ position }) => any !== null && position > any.granted.position);
    return counting === null && end !== undefined && w.rowEnded(project, person, end.position);
  },
  joinProject: (w: World, { person, project }: Attempt) => {
    const home = memberOf(w, person, 'acme');
    if (home === null || isHome(project) || rowIn(w, project, person).counting !== null) return false;
    const isOpen = w.live.project(projectId(project))?.visibility === 'open';
    if (home.role !== 'member') return w.projectJoined(project, person, 'admin');
    return isOpen && w.projectJoined(project, person);
  },
  leaveProject: (w: World, { person, project }: Attempt) =>
    !isHome(project) && rowIn(w, project, person).counting !== null && w.projectLeft(project, person),
  projectSwitch: (w: World, { project, on }: Attempt) =>
    w.live.project(projectId(project))?.externals.on !== on &&
    w.knew(project, on ? 'ExternalCollaboratorsAllowed' : 'ExternalCollaboratorsDisallowed'),
  beta: (w: World, { on }: Attempt) =>
    w.live.organization(organizationId('acme'))?.externals.on !== on &&
    w.saw('acme', on ? 'ExternalCollaboratorsBetaEnabled' : 'ExternalCollaboratorsBetaDisabled'),
  requireJoin: (w: World, { on }: Attempt) =>
    w.live.organization(organizationId('acme'))?.requireJoin.on !== on &&
    w.saw('acme', on ? 'RequireJoinEnabled' : 'RequireJoinDisabled'),
  suspend: (w: World, { on }: Attempt) =>
    (w.live.organization(organizationId('acme'))?.suspended != null) !== on &&
    w.saw('acme', on ? 'OrganizationSuspended' : 'OrganizationResumed'),
  archive: (w: World, { project, on }: Attempt) =>
    !isHome(project) &&
    (w.live.project(projectId(project))?.archived != null) !== on &&
    w.knew(project, on ? 'ProjectArchived' : 'ProjectUnarchived'),
  visibility: (w: World, { project, visibility }: Attempt) =>
    w.live.project(projectId(project))?.visibility !== visibility && w.visibility(project, visibility),
  block: (w: World, { person, on }: Attempt) =>
    (w.live.account(accountId(person))?.blocked != null) !== on && (on ? w.blocked(person) : w.unblocked(person)),
};

/** What concerns people and their rows comes more often than the rest. */
const often = [
  'joinOrganization',
  'leaveOrganization',
  'memberRole',
  'add',
  'addExternal',
  'rowRole',
  'remove',
  'recordEnded',
  'joinProject',
  'leaveProject',
  'transferOwnership',
] as const;
/** What no longer befalls whoever was deleted, or is not there yet. */
const aboutPeople: ReadonlySet<string> = new Set([...often, 'block', 'deleteAccount', 'transferAccount']);
/** Keys must be made before anything befalls them. */
const aboutKeys = ['makeKey', 'rotateKey', 'rotateKey', 'beginLegacyKey', 'regenerateLegacyKey'] as const;
const anyKind = Object.keys(attempts) as ReadonlyArray<keyof typeof attempts>;

const anyAttempt: fc.Arbitrary<Attempt> = fc.record({
  what: fc.constantFrom(...anyKind, ...often, ...often, ...often, 'register', 'register', ...aboutKeys),
  person: fc.constantFrom(...people, 'bob', 'bob', 'bob', 'cat'),
  organization: fc.constantFrom(...organizations),
  project: fc.constantFrom(...projects),
  key: fc.constantFrom(...keys),
  role: fc.constantFrom<Role>('admin', 'member'),
  visibility: fc.constantFrom<Visibility>('open', 'closed', 'private'),
  on: fc.boolean(),
  ...anyResource,
  soon: fc.nat({ max: 30 }),
});

/** A counterexample in a few lines. */
const told = ({ log }: World): string =>
  log
    .map(({ position, id, event }) => `${String(position)} ${id} ${event.type} ${JSON.stringify(event.data)}`)
    .join('\n');

/** ann owns acme and zoe zeta; then whatever the deciders would let happen to them, bob and cat. */
export const anyWorld: fc.Arbitrary<World> = fc
  .array(anyAttempt, { minLength: 20, maxLength: 80, size: 'max' })
  .map((tried) => {
    const w = people.slice(0, -1).reduce((begun, name) => begun.account(name), world());
    w.organization('acme', { owner: 'ann' }).organization('zeta', { owner: 'zoe' });
    w.project('site', { in: 'acme' }).project('lab', { in: 'acme', visibility: 'open' });
    w.externalsWelcome('site').externalsWelcome('lab');
    for (const attempt of tried) {
      const isThere = w.live.account(accountId(attempt.person))?.deleted === null;
      if (isThere || !aboutPeople.has(attempt.what)) attempts[attempt.what](w, attempt);
    }
    return Object.assign(w, { [fc.toStringMethod]: () => told(w) });
  });
