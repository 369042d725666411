import type { Facts } from './domain/facts.js';

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
  const isKnown = (id: string): boolean => {
    const home = facts.membership(id);
    if (only(home?.current ?? undefined) !== undefined) return true;
    if (home !== undefined && [...home.ended.keys()].some((each) => inside.has(each))) return true;
    return projectId !== undefined && collaborator(projectId, id) !== undefined;
  };
  return {
    keyByDigest: (digest) => only(facts.keyByDigest(digest)),
    key: (id) => only(facts.key(id)),
    account: (id) => (isKnown(id) ? facts.account(id) : undefined),
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
