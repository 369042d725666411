import { type Cite, type Facts, personInProject } from '#libs/authorization';
import type { ProjectId, Role } from '#libs/kernel';

/** How somebody is in a project, in the words of the list of its collaborators. */
export interface Standing {
  readonly role: Role;
  readonly kind: 'member' | 'external';
  readonly via: 'row' | 'org-role' | 'default-project';
  /** An external whose gates are shut: listed, let in nowhere (AMB-09). */
  readonly suspended: boolean;
  /** What their place here began with. */
  readonly since: Cite;
  readonly evidence: ReadonlyArray<Cite>;
}

/** What a person had in a project by the facts; nothing for who had no place in it, or whose account let them in nowhere. */
export const personThen = (facts: Facts, accountId: string, projectId: ProjectId): Standing | undefined => {
  const account = facts.account(accountId);
  const project = facts.project(projectId);
  if (project === undefined || account?.status !== 'active') return undefined;
  const { membership, row, grants, suspended } = personInProject(facts, accountId, projectId, project);
  const kind = membership === null ? 'external' : 'member';
  const [grant] = grants;
  const since = row?.granted ?? membership?.since;
  if (since === undefined) return undefined;
  if (grant !== undefined) {
    const via = row !== null ? 'row' : grant.as === 'project' ? 'default-project' : 'org-role';
    return { role: grant.role, kind, via, suspended: false, since, evidence: grant.evidence };
  }
  if (row === null || suspended === null) return undefined;
  const cites = [row.granted, row.changed, suspended.cite].filter((cite) => cite !== null);
  return { role: row.role, kind, via: 'row', suspended: true, since, evidence: cites };
};
