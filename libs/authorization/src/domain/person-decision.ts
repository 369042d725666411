import type { AccountId, ProjectId } from '#libs/kernel';
import { attributionInProject, attributionOfExternal } from './attribution.js';
import type { Cite, Facts, ProjectFact } from './facts.js';
import type { Permission, Standing } from './permissions.js';
import { type Allow, type Attribution, type Decision, deny, type Principal, type Question } from './question.js';
import { citesOfRole, type Grant, type PersonInProject, personInProject } from './standing.js';
import { joiningTaken, placeTaken, roleInOrganizationTaken, roleTaken } from './taken.js';
import type { Target } from './target.js';

type Person = Extract<Principal, { type: 'user' }>;

const allow = (
  reason: Allow,
  principal: Principal,
  attribution: Attribution,
  evidence: ReadonlyArray<Cite>,
): Decision => ({ decision: true, reason, principal, attribution, evidence });

const inOrganization = (facts: Facts, person: Person, permission: Permission, { organizationId }: Target): Decision => {
  const held = facts.membership(person.id);
  if (held?.current?.organizationId !== organizationId)
    return deny('not-a-member', person, held?.ended.get(organizationId)?.at(-1));
  const standing: Allow & Standing = `organization-${held.current.role}`;
  if (permission.standings.has(standing)) {
    const nowhere = { projectId: null, apiKeyId: null, fallback: null, listingScope: 'project' } as const;
    const attribution = { organizationId, ...nowhere };
    return allow(standing, person, attribution, citesOfRole(held.current));
  }
  const ownerOnly = permission.standings.size === 1 && permission.standings.has('organization-owner');
  const hasAdmins = ownerOnly || permission.standings.has('organization-admin');
  const cite = hasAdmins ? roleInOrganizationTaken(held.current, ownerOnly) : null;
  return deny(ownerOnly ? 'owner-only' : 'role-lacks-permission', person, cite);
};

const standingOf = ({ as, role }: Grant): Standing => (as === 'project' || as === 'external' ? `${as}-${role}` : as);

const reasonOf = (grant: Grant): Allow =>
  grant.as === 'external' ? 'external-collaborator' : grant.as === 'project' ? `project-${grant.role}` : grant.as;

const inProject = (
  facts: Facts,
  person: Person,
  { permission, question }: { readonly permission: Permission; readonly question: Question },
  place: { readonly projectId: ProjectId; readonly project: ProjectFact },
): Decision => {
  const { project, projectId } = place;
  const here = personInProject(facts, person.id, projectId, project);
  const target = { organizationId: project.organizationId, projectId };
  const { kind } = permission;
  const { channel, action } = question;

  const special = movesIn(action, person, here, project);
  if (special !== undefined)
    return special.decision
      ? allow(special.reason, person, attributionInProject(facts, target, { kind, channel }), special.evidence)
      : special;

  if (here.mustJoin !== null && action === 'project:change-visibility')
    return allow(
      here.mustJoin.role === 'owner' ? 'organization-owner' : 'organization-admin',
      person,
      attributionInProject(facts, target, { kind, channel }),
      [...citesOfRole(here.mustJoin), project.created],
    );
  if (here.grants.length === 0) {
    if (here.suspended !== null) return deny('external-suspended', person, here.suspended.cite);
    if (here.membership === null) return deny('not-a-member', person, here.lost);
    return deny('not-a-collaborator', person, placeTaken(facts, project, here));
  }
  const isEnough = (each: Grant) => permission.standings.has(standingOf(each));
  // A member is told the strongest that is enough; an external is told one thing, and the weakest cites the least.
  const grant = here.membership === null ? here.grants.findLast(isEnough) : here.grants.find(isEnough);
  if (grant === undefined) {
    const asAdmin: Standing = here.membership === null ? 'external-admin' : 'project-admin';
    return deny(
      'role-lacks-permission',
      person,
      permission.standings.has(asAdmin) ? roleTaken(facts, project, here) : null,
    );
  }
  const attribution =
    grant.as === 'external'
      ? attributionOfExternal(facts, target, facts.membership(person.id), { kind, channel })
      : attributionInProject(facts, target, { kind, channel });
  return allow(reasonOf(grant), person, attribution, grant.evidence);
};

interface Moves {
  readonly decision: true;
  readonly reason: Allow;
  readonly evidence: ReadonlyArray<Cite>;
}

/** Joining and leaving are decided by membership and the row, not by the role (PRM-17, PRM-36, PRJ-19…22). */
const movesIn = (
  action: string,
  person: Person,
  here: PersonInProject,
  project: ProjectFact,
): Moves | Extract<Decision, { decision: false }> | undefined => {
  const refuse = (...[reason, , cite]: Parameters<typeof deny>) =>
    deny(reason, person, cite) as Extract<Decision, { decision: false }>;
  if (action === 'project:leave' && (here.row !== null || here.membership !== null)) {
    if (project.isDefault) return refuse('role-lacks-permission', person);
    // AMB-09 shuts an external out; it does not hold them: the row is theirs to give up, whatever the switches say.
    if (here.membership === null && here.row !== null)
      return { decision: true, reason: 'external-collaborator', evidence: [here.row.granted] };
    const own = here.grants.findLast((grant) => grant.as === 'project');
    if (here.row === null || own === undefined) return refuse('not-a-collaborator', person, here.lost);
    // What they are in the organization is no matter here, so that no change of it is cited.
    const evidence = own.evidence.filter((cite) => cite !== here.membership?.changed);
    return { decision: true, reason: reasonOf(own), evidence };
  }
  if (action !== 'project:join' || here.membership === null) return undefined;
  const { role } = here.membership;
  const cites = citesOfRole(here.membership);
  if (role !== 'member')
    return { decision: true, reason: `organization-${role}`, evidence: [...cites, project.created] };
  if (project.visibility === 'open')
    return {
      decision: true,
      reason: 'organization-member',
      evidence: [...cites, openedBy(project)],
    };
  const reason = here.grants.length === 0 ? 'not-a-collaborator' : 'role-lacks-permission';
  return refuse(reason, person, joiningTaken(project, here.membership));
};

/** A project that was made open is open by its making, whatever it has been meanwhile. */
const openedBy = ({ firstVisibility, visibilityChanged, created }: ProjectFact): Cite =>
  firstVisibility === 'open' ? created : (visibilityChanged ?? created);

/** What a person may do: by their place in the organization, or by their row in the project. */
export const decideForPerson = (
  facts: Facts,
  id: AccountId,
  permission: Permission,
  { target, question }: { readonly target: Target; readonly question: Question },
): Decision => {
  const person: Person = { type: 'user', id, organizationId: facts.membership(id)?.current?.organizationId ?? null };
  const { project, projectId, organizationId } = target;
  if (target.elsewhere !== null) return deny('other-project', person, target.elsewhere);
  if (project?.archived != null && !permission.peaceful) return deny('project-archived', person, project.archived);
  const suspended = permission.peaceful ? null : facts.suspended(organizationId);
  if (suspended !== null) return deny('organization-suspended', person, suspended);
  return projectId === null || project === undefined
    ? inOrganization(facts, person, permission, target)
    : inProject(facts, person, { permission, question }, { projectId, project });
};
