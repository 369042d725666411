import type { Facts } from './domain/facts.js';

/**
 * The facts of some organizations and of nothing else: for a caller who is confined to them. What lies outside is not
 * denied but unknown, so nothing of another tenant shows, not even that it exists.
 */
export const confinedTo = (facts: Facts, organizationIds: ReadonlyArray<string> | null): Facts => {
  if (organizationIds === null) return facts;
  const inside = new Set(organizationIds);
  const only = <A extends { readonly organizationId: string }>(fact: A | undefined): A | undefined =>
    fact !== undefined && inside.has(fact.organizationId) ? fact : undefined;
  return {
    keyByDigest: (digest) => only(facts.keyByDigest(digest)),
    key: (id) => only(facts.key(id)),
    account: (id) => facts.account(id),
    membership: (accountId) => {
      const fact = facts.membership(accountId);
      return fact && { ...fact, current: only(fact.current ?? undefined) ?? null };
    },
    organization: (id) => (inside.has(id) ? facts.organization(id) : undefined),
    project: (id) => only(facts.project(id)),
    collaborator: (projectId, accountId) => only(facts.collaborator(projectId, accountId)),
    // Asked only of what was found, and so of what lies inside.
    archived: (projectId) => facts.archived(projectId),
    suspended: (organizationId) => facts.suspended(organizationId),
  };
};
