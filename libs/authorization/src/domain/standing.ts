import type { OrganizationId, ProjectId, Role } from '#libs/kernel';
import type { Cite, CollaboratorFact, CurrentMembership, Facts, MembershipFact, ProjectFact, Row } from './facts.js';

/** A person's place in one project, as the facts have it. */
export interface PersonInProject {
  readonly membership: CurrentMembership | null;
  /** The row, while it counts. */
  readonly row: Row | null;
  /** Every role that counts, strongest first, with the events that grant it. */
  readonly grants: ReadonlyArray<Grant>;
  /** A row that counts, but whose gates are shut (COL-16, AMB-09). */
  readonly suspended: { readonly cite: Cite | null } | null;
  /** What took their place here away, where something did. */
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
  const ended = membership?.ended.get(organizationId);
  return ended !== undefined && ended.position > row.granted.position ? null : row;
};

/** A row that is there and ended all the same, with the membership it stood on or with its account: what is left to record. */
export const endedRow = (facts: Facts, projectId: string, accountId: string): Row | null => {
  const fact = facts.collaborator(projectId, accountId);
  if (fact?.row == null) return null;
  const isOver =
    facts.account(accountId)?.status === 'deleted' || countingRow(fact, facts.membership(accountId)) === null;
  return isOver ? fact.row : null;
};

const lostBy = (
  fact: CollaboratorFact | undefined,
  membership: MembershipFact | undefined,
  organizationId: OrganizationId,
) => {
  const ended = membership?.ended.get(organizationId) ?? null;
  const removed = fact?.removed ?? null;
  if (ended === null || removed === null) return removed ?? ended;
  return removed.position > ended.position ? removed : ended;
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
  const row = fact === undefined ? null : countingRow(fact, held);
  const rowCites = row === null ? [] : citesOfRole({ ...row, since: row.granted });
  const grants: Array<Grant> = [];

  if (membership === null) {
    const organization = facts.organization(organizationId);
    const shut = [organization?.externals, project.externals].find((gate) => gate?.on !== true);
    const open = [organization?.externals.cite, project.externals.cite].filter((cite) => cite != null);
    if (row !== null && shut === undefined)
      grants.push({ as: 'external', role: row.role, evidence: [...rowCites, ...open] });
    const suspended = row !== null && shut !== undefined ? { cite: shut.cite } : null;
    return { membership, row, grants, suspended, lost: lostBy(fact, held, organizationId), mustJoin: null };
  }

  const evidence = citesOfRole(membership);
  const mustJoin = membership.role !== 'member' && mustJoinFirst(facts, project, row) ? membership : null;
  if (membership.role !== 'member' && mustJoin === null)
    grants.push({ as: `organization-${membership.role}`, role: 'admin', evidence: [...evidence, project.created] });
  if (row !== null) grants.push({ as: 'project', role: row.role, evidence: [membership.since, ...rowCites] });
  if (project.isDefault) grants.push({ as: 'project', role: 'member', evidence: [membership.since, project.created] });
  // A member lost their place here with the membership their row stood on, or by the row's removal; else they had none.
  const cut = row === null && fact?.row != null ? (held?.ended.get(organizationId) ?? null) : null;
  return { membership, row, grants, suspended: null, lost: cut ?? fact?.removed ?? null, mustJoin };
};
