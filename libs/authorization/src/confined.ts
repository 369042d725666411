import type { AccountFact, Cite, Facts, MembershipFact } from './domain/facts.js';
import { countingRow, latest } from './domain/standing.js';

/** Is somebody a member now of what is shown, or in the project? A row that was removed, or ended, keeps nobody here. */
export const isHere = (
  facts: Pick<Facts, 'membership' | 'collaborator'>,
  accountId: string,
  projectId: string | undefined,
): boolean => {
  const held = facts.membership(accountId);
  if (held?.current != null) return true;
  const fact = projectId === undefined ? undefined : facts.collaborator(projectId, accountId);
  return fact !== undefined && countingRow(fact, held) !== null;
};

/**
 * The facts of some organizations and of nothing else: for a caller who is confined to them. What lies outside is not
 * denied but unknown, so nothing of another tenant shows, not even that it exists. A person is known who is or was at
 * home inside, or is or was a collaborator of `projectId`, the project asked about: nobody else is looked up.
 */
export const confinedTo = (
  facts: Facts,
  organizationIds: ReadonlyArray<string> | null,
  projectId: string | undefined,
): Facts => {
  if (organizationIds === null) return facts;
  const inside = new Set(organizationIds);
  const only = <A extends { readonly organizationId: string }>(fact: A | undefined): A | undefined =>
    fact !== undefined && inside.has(fact.organizationId) ? fact : undefined;
  const collaborator = (project: string, accountId: string) => only(facts.collaborator(project, accountId));
  const membership = (accountId: string): MembershipFact | undefined => {
    const fact = facts.membership(accountId);
    const current = only(fact?.current ?? undefined) ?? null;
    return fact && { ...fact, current, elsewhere: current === null && fact.current !== null };
  };
  /** The last end of a membership inside, or of one outside. */
  const lastEnd = (id: string, where: 'inside' | 'outside'): Cite | null => {
    const ended = [...(facts.membership(id)?.ended ?? [])];
    return latest(ended.flatMap(([each, ends]) => (inside.has(each) === (where === 'inside') ? ends : [])));
  };
  /**
   * Who is here no more is known as they left: what became of them since is no business of those whom they left. An account that
   * is deleted has left its organization just before; unless it was elsewhere meanwhile.
   */
  const account = (id: string): AccountFact | undefined => {
    const fact = facts.account(id);
    if (fact === undefined || isHere({ membership, collaborator }, id, projectId)) return fact;
    const removed = projectId === undefined ? undefined : collaborator(projectId, id)?.removed;
    const left = latest([lastEnd(id, 'inside'), removed]);
    if (left === null) return undefined;
    const asTheyLeft = (cite: Cite | null): Cite | null =>
      cite !== null && cite.position < left.position ? cite : null;
    const leftByDeletion = left !== removed && latest([left, lastEnd(id, 'outside')]) === left;
    const blocked = asTheyLeft(fact.blocked);
    const deleted = leftByDeletion ? fact.deleted : asTheyLeft(fact.deleted);
    return { status: deleted !== null ? 'deleted' : blocked !== null ? 'blocked' : 'active', blocked, deleted };
  };
  return {
    keyByDigest: (digest) => only(facts.keyByDigest(digest)),
    key: (id) => only(facts.key(id)),
    account,
    membership,
    organization: (id) => (inside.has(id) ? facts.organization(id) : undefined),
    project: (id) => only(facts.project(id)),
    collaborator,
    resource: (organizationId, kind, id) =>
      inside.has(organizationId) ? facts.resource(organizationId, kind, id) : undefined,
    support: () => facts.support(),
    // Asked only of what was found, and so of what lies inside.
    archived: (projectId) => facts.archived(projectId),
    suspended: (organizationId) => facts.suspended(organizationId),
  };
};
