import type { OrganizationId, ProjectId, Role } from '#libs/kernel';
import type {
  Cite,
  CollaboratorFact,
  CurrentMembership,
  Facts,
  MembershipFact,
  ProjectFact,
  Row,
  Switch,
} from './facts.js';

/** A person's place in one project, as the facts have it. */
export interface PersonInProject {
  readonly membership: CurrentMembership | null;
  /** The row, while it counts. */
  readonly row: Row | null;
  /** Every role that counts, strongest first, with the events that grant it. */
  readonly grants: ReadonlyArray<Grant>;
  /** A row that counts, but whose gates are shut (COL-16, AMB-09). */
  readonly suspended: { readonly cite: Cite | null } | null;
  /** What took their row away, or the membership that they had here, where something did. */
  readonly lost: Cite | null;
  /** An admin who has yet to join (PRJ-21): the switch says so. */
  readonly mustJoin: CurrentMembership | null;
}

export interface Grant {
  readonly as: 'organization-owner' | 'organization-admin' | 'project' | 'external';
  readonly role: Role;
  readonly evidence: ReadonlyArray<Cite>;
}

/** The events that give a role: the one that began it, and the last change where that is what makes it so. */
export const citesOfRole = <R>(held: {
  readonly role: R;
  readonly firstRole: R;
  readonly changed: Cite | null;
  readonly since: Cite;
}): ReadonlyArray<Cite> =>
  held.changed !== null && held.role !== held.firstRole ? [held.since, held.changed] : [held.since];

/**
 * A row counts while the membership it stands on goes on. An external's row stands on none: it counts until a
 * membership in that organization ends after it was granted (AMB-11). Nothing needs to be cascaded, and no later
 * return revives anything.
 */
export const countingRow = (
  { organizationId, row }: CollaboratorFact,
  membership: MembershipFact | undefined,
): Row | null => {
  if (row === null) return null;
  if (row.kind === 'member') {
    const current = membership?.current;
    return current?.organizationId === organizationId && current.id === row.membershipId ? row : null;
  }
  return endAfter(row.granted, membership, organizationId) === null ? row : null;
};

/** The end of a membership that ended a row granted before it, with all that came of it. */
const endAfter = (
  { position }: Cite,
  membership: MembershipFact | undefined,
  organizationId: OrganizationId,
): Cite | null => membership?.ended.get(organizationId)?.find((end) => end.position > position) ?? null;

/** A row that is there and ended all the same, with the membership it stood on or with its account: what is left to record. */
export const endedRow = (facts: Facts, projectId: string, accountId: string): Row | null => {
  const fact = facts.collaborator(projectId, accountId);
  if (fact?.row == null) return null;
  const isOver =
    facts.account(accountId)?.status === 'deleted' || countingRow(fact, facts.membership(accountId)) === null;
  return isOver ? fact.row : null;
};

/** What is not a member's any more, and what is not a stranger's: the later of a row's removal and a membership's end. */
const lostByStranger = (fact: CollaboratorFact | undefined, held: MembershipFact | undefined, id: OrganizationId) =>
  latest([held?.ended.get(id)?.at(-1), fact?.removed]);

/** A member lost their place here with the membership their row stood on, or by the row's removal; else they had none. */
const lostByMember = (fact: CollaboratorFact | undefined, held: MembershipFact | undefined, id: OrganizationId) => {
  if (fact === undefined) return null;
  return fact.row === null ? fact.removed : endAfter(fact.row.granted, held, id);
};

export const latest = (cites: ReadonlyArray<Cite | null | undefined>): Cite | null =>
  cites.reduce<Cite | null>(
    (last, each) => (each == null || (last?.position ?? 0n) > each.position ? last : each),
    null,
  );

/** Of two shut gates, what shut the first; nothing, where one was never open. */
const shutFirst = (shut: ReadonlyArray<Switch | undefined>): Cite | null => {
  const cites = shut.map((gate) => gate?.cite ?? null);
  return cites.reduce((first, each) =>
    first === null || each === null ? null : each.position < first.position ? each : first,
  );
};

/** COL-06, AMB-04: owner and admins are admins of every project, save where they have to join first. */
const mustJoinFirst = (facts: Facts, project: ProjectFact, row: Row | null): boolean =>
  !project.isDefault &&
  project.visibility !== 'open' &&
  row === null &&
  (facts.organization(project.organizationId)?.requireJoin.on ?? false);

export const personInProject = (
  facts: Facts,
  accountId: string,
  projectId: ProjectId,
  project: ProjectFact,
): PersonInProject => {
  const { organizationId } = project;
  const fact = facts.collaborator(projectId, accountId);
  const held = facts.membership(accountId);
  const membership = held?.current?.organizationId === organizationId ? held.current : null;
  const counting = fact === undefined ? null : countingRow(fact, held);
  const row = counting !== null && facts.account(accountId)?.deleted != null ? null : counting;
  const rowCites = row === null ? [] : citesOfRole({ ...row, since: row.granted });
  const grants: Array<Grant> = [];

  if (membership === null) {
    const gates = [facts.organization(organizationId)?.externals, project.externals];
    const shut = gates.filter((gate) => gate?.on !== true);
    const open = gates.flatMap((gate) => gate?.cite ?? []);
    if (row !== null && shut.length === 0) {
      // What a member may is owed to no promotion, nor to a demotion.
      if (row.role === 'admin') grants.push({ as: 'external', role: 'admin', evidence: [...rowCites, ...open] });
      if (row.role === 'member' || row.firstRole === 'member')
        grants.push({ as: 'external', role: 'member', evidence: [row.granted, ...open] });
    }
    const suspended = row !== null && shut.length > 0 ? { cite: shutFirst(shut) } : null;
    return { membership, row, grants, suspended, lost: lostByStranger(fact, held, organizationId), mustJoin: null };
  }

  const evidence = citesOfRole(membership);
  const mustJoin = membership.role !== 'member' && mustJoinFirst(facts, project, row) ? membership : null;
  if (membership.role !== 'member' && mustJoin === null)
    grants.push({ as: `organization-${membership.role}`, role: 'admin', evidence: [...evidence, project.created] });
  // Of a member, what made them one: also a demotion, without which they would be told of as an admin.
  const asMember = membership.role === 'member' ? evidence : [membership.since];
  // In the default project a row that makes nobody an admin gives nothing that a member has not got.
  if (row !== null && !(project.isDefault && row.role === 'member'))
    grants.push({ as: 'project', role: row.role, evidence: [...asMember, ...rowCites] });
  if (project.isDefault) grants.push({ as: 'project', role: 'member', evidence: [...asMember, project.created] });
  const lost = row === null ? lostByMember(fact, held, organizationId) : null;
  return { membership, row, grants, suspended: null, lost, mustJoin };
};
