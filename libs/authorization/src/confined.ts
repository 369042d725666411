import type { AccountFact, Cite, Facts } from './domain/facts.js';
import { latest } from './domain/standing.js';

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
  const isHere = (id: string): boolean =>
    only(facts.membership(id)?.current ?? undefined) !== undefined ||
    (projectId !== undefined && collaborator(projectId, id) !== undefined);
  /** The last end of a membership inside, or of one outside. */
  const lastEnd = (id: string, where: 'inside' | 'outside'): Cite | null => {
    const ended = [...(facts.membership(id)?.ended ?? [])];
    return latest(ended.flatMap(([each, ends]) => (inside.has(each) === (where === 'inside') ? ends : [])));
  };
  /**
   * Who is here no more is known as they left: what became of them since is no business of those whom they left. An account that
   * is deleted has left just before; unless it was elsewhere meanwhile.
   */
  const account = (id: string): AccountFact | undefined => {
    const fact = facts.account(id);
    if (fact === undefined || isHere(id)) return fact;
    const left = lastEnd(id, 'inside');
    if (left === null) return undefined;
    const since = latest([left, lastEnd(id, 'outside')]);
    const blocked = fact.blocked !== null && fact.blocked.position < left.position ? fact.blocked : null;
    const deleted = since === left ? fact.deleted : null;
    return { status: deleted !== null ? 'deleted' : blocked !== null ? 'blocked' : 'active', blocked, deleted };
  };
  return {
    keyByDigest: (digest) => only(facts.keyByDigest(digest)),
    key: (id) => only(facts.key(id)),
    account,
    membership: (accountId) => {
      const fact = facts.membership(accountId);
      return fact && { ...fact, current: only(fact.current ?? undefined) ?? null };
    },
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
