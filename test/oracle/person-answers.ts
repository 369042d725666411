import { attributionOf } from './attribution.js';
import type { Past } from './operations.js';
import { hasFeature, isSuspended } from './organizations.js';
import { isBlocked, isDeleted, isRegistered, membershipOf, roleInOrganization } from './people.js';
import { nobodyMay, organizationMemberMay, ownerOnly, projectMemberMay, usesResources } from './permissions.js';
import { isArchived, letsExternalsIn, type Project, rowOf } from './projects.js';
import {
  allow,
  type AllowReason,
  type Answer,
  type Ask,
  deny,
  faultOf,
  findTarget,
  type Principal,
  type Ruling,
  type Target,
} from './questions.js';

/** May this person do that? */
export const answerForPerson = (past: Past, account: string, ask: Ask): Answer => {
  if (!isRegistered(past, account)) return { ...deny('unknown-subject'), principal: null, attribution: null };
  const home = membershipOf(past, account)?.organization ?? null;
  const principal: Principal = { type: 'user', id: account, organization: home };
  if (isDeleted(past, account)) return { ...deny('account-deleted'), principal, attribution: null };
  if (isBlocked(past, account)) return { ...deny('account-blocked'), principal, attribution: null };

  const asker = { organization: home, project: null };
  const fault = faultOf(past, ask, asker);
  const target = findTarget(past, ask, asker);
  if (fault !== null || target === null) {
    return { ...deny(fault ?? 'unknown-resource'), principal, attribution: null };
  }
  const ruling = rule(past, account, ask.action, target);
  if (!ruling.decision) return { ...ruling, principal, attribution: null };
  const { organization, project } = target;
  const external = organization === home ? null : { home };
  const usage = { ...ask, organization, project: project?.id ?? null, apiKey: null, external };
  return { ...ruling, principal, attribution: attributionOf(past, usage) };
};

const rule = (past: Past, account: string, action: string, { organization, project, elsewhere }: Target): Ruling => {
  if (elsewhere) return deny('other-project');
  return project === null
    ? inOrganization(past, account, action, organization)
    : inProject(past, account, action, project);
};

/** Section 5a. */
const inOrganization = (past: Past, account: string, action: string, organization: string): Ruling => {
  const role = roleInOrganization(past, account, organization);
  if (role === null) return deny('not-a-member');
  if (nobodyMay.includes(action)) return deny('role-lacks-permission');
  if (role === 'owner') return allow('organization-owner');
  if (ownerOnly.includes(action)) return deny('owner-only');
  if (role === 'admin') return allow('organization-admin');
  return organizationMemberMay.includes(action) ? allow('organization-member') : deny('role-lacks-permission');
};

/** Sections 5b to 5e. What the project no longer serves is denied to everybody, before anyone's standing is looked at. */
const inProject = (past: Past, account: string, action: string, project: Project): Ruling => {
  if (usesResources(action) && isArchived(past, project)) return deny('project-archived');
  if (usesResources(action) && isSuspended(past, project.organization)) return deny('organization-suspended');

  const role = roleInOrganization(past, account, project.organization);
  if (role === 'owner') return forOrganizationAdmin(past, account, action, project, 'organization-owner');
  if (role === 'admin') return forOrganizationAdmin(past, account, action, project, 'organization-admin');
  return role === 'member' ? forMember(past, account, action, project) : forOutsider(past, account, action, project);
};

/** The owner and the admins are admins of every project; some they must join first, if the organization says so (PRJ-21). */
const forOrganizationAdmin = (
  past: Past,
  account: string,
  action: string,
  project: Project,
  reason: AllowReason,
): Ruling => {
  const row = rowOf(past, account, project);
  const hasRow = row !== null;
  const closed = project.visibility !== 'open' && !project.isDefault;
  if (closed && !hasRow && hasFeature(past, project.organization, 'requireJoin')) {
    const canStill = action === 'project:join' || action === 'project:change-visibility';
    return canStill ? allow(reason) : deny('not-a-collaborator');
  }
  // What can be left is the row, so it is the row that lets them leave.
  if (action === 'project:leave') return leaving(project, hasRow, row === 'admin' ? 'project-admin' : 'project-member');
  return allow(reason);
};

/** An ordinary member has what their row says, and at least `member` in the default project (PRJ-05, PRJ-24, AMB-07). */
const forMember = (past: Past, account: string, action: string, project: Project): Ruling => {
  if (action === 'project:join' && project.visibility === 'open') return allow('organization-member'); // PRM-17
  const row = rowOf(past, account, project);
  const role = row ?? (project.isDefault ? 'member' : null);
  if (role === null) return deny('not-a-collaborator');
  if (action === 'project:join') return deny('role-lacks-permission');

  const reason = role === 'admin' ? 'project-admin' : 'project-member';
  if (action === 'project:leave') return leaving(project, row !== null, reason);
  return role === 'admin' || projectMemberMay.includes(action) ? allow(reason) : deny('role-lacks-permission');
};

/** Someone of another organization, or of none, has what their row says while externals are let in (COL-18…21, AMB-09). */
const forOutsider = (past: Past, account: string, action: string, project: Project): Ruling => {
  const row = rowOf(past, account, project);
  if (row === null) return deny('not-a-member');
  if (action === 'project:leave') return leaving(project, true, 'external-collaborator');
  if (!letsExternalsIn(past, project)) return deny('external-suspended');

  const membersOnly = action === 'project:join' || action === 'project:allow-external'; // PRM-17, AMB-10
  const may = row === 'admin' ? !membersOnly : projectMemberMay.includes(action);
  return may ? allow('external-collaborator') : deny('role-lacks-permission');
};

/** Nobody leaves the default project (PRJ-22); elsewhere, whoever has a row of their own can give it up. */
const leaving = (project: Project, hasRow: boolean, reason: AllowReason): Ruling => {
  if (project.isDefault) return deny('role-lacks-permission');
  return hasRow ? allow(reason) : deny('not-a-collaborator');
};
