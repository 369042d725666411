import { barredFromOrganization, barredFromProject } from './barred.js';
import type { Op, Past, Verdict } from './operations.js';
import { hasFeature } from './organizations.js';
import { isActive, roleInOrganization } from './people.js';
import { allowsExternals, findProject, isArchived, letsExternalsIn, rowOf } from './projects.js';

/** PRM-08; a second project needs the feature (PRJ-10). */
export const createProject = (past: Past, { by, organization, project }: Op<'createProject'>): Verdict => {
  const barred = barredFromOrganization(past, by, 'project:create', organization);
  if (barred !== null) return barred;
  if (!hasFeature(past, organization, 'multiProject')) return 'conflict';
  return findProject(past, project) === null ? 'done' : 'conflict';
};

/** The switch can be turned on only where support has enabled it (PRJ-14). */
export const allowExternal = (past: Past, operation: Op<'allowExternal'>): Verdict => {
  const barred = barredFromProject(past, operation.by, 'project:allow-external', operation.project);
  if (barred !== null) return barred;
  const project = findProject(past, operation.project);
  if (project === null) return 'not-found';
  if (allowsExternals(past, project) === operation.allowed) return 'unchanged';
  const enabled = hasFeature(past, project.organization, 'externalCollaborators');
  return operation.allowed && !enabled ? 'conflict' : 'done';
};

export const archiveOrUnarchive = (past: Past, operation: Op<'archive' | 'unarchive'>): Verdict => {
  const barred = barredFromProject(past, operation.by, 'project:update', operation.project);
  if (barred !== null) return barred;
  const project = findProject(past, operation.project);
  if (project === null) return 'not-found';
  if (project.isDefault) return 'conflict';
  return isArchived(past, project) === (operation.type === 'archive') ? 'unchanged' : 'done';
};

/** PRM-25, PRJ-20. */
export const changeVisibility = (past: Past, operation: Op<'changeVisibility'>): Verdict => {
  const barred = barredFromProject(past, operation.by, 'project:change-visibility', operation.project);
  if (barred !== null) return barred;
  return findProject(past, operation.project)?.visibility === operation.visibility ? 'unchanged' : 'done';
};

/** PRM-17, COL-24. Whoever has the default project by membership can't join it too. */
export const joinProject = (past: Past, { by, project: id }: Op<'joinProject'>): Verdict => {
  const barred = barredFromProject(past, by, 'project:join', id);
  if (barred !== null) return barred;
  const project = findProject(past, id);
  if (project === null) return 'not-found';
  return project.isDefault || rowOf(past, by, project) !== null ? 'conflict' : 'done';
};

/** PRM-36, PRJ-22: whoever may, has something to leave. */
export const leaveProject = (past: Past, { by, project }: Op<'leaveProject'>): Verdict =>
  barredFromProject(past, by, 'project:leave', project) ?? 'done';

/** COL-03, COL-04, COL-16. Whoever has the default project by membership can't be added to it (AMB-07). */
export const addCollaborator = (past: Past, operation: Op<'addCollaborator'>): Verdict => {
  const { by, account } = operation;
  const barred = barredFromProject(past, by, 'collaborator:add', operation.project);
  if (barred !== null) return barred;
  const project = findProject(past, operation.project);
  if (project === null || !isActive(past, account)) return 'not-found';
  if (rowOf(past, account, project) !== null) return 'conflict';
  const isMember = roleInOrganization(past, account, project.organization) !== null;
  if (isMember) return project.isDefault ? 'conflict' : 'done';
  return letsExternalsIn(past, project) ? 'done' : 'not-found';
};

/** COL-08, COL-09; nobody goes below what their place in the organization gives them (AMB-05, AMB-07). */
export const changeCollaboratorRole = (past: Past, operation: Op<'changeCollaboratorRole'>): Verdict => {
  const { by, account, role } = operation;
  const barred = barredFromProject(past, by, 'collaborator:update-role', operation.project);
  if (barred !== null) return barred;
  const project = findProject(past, operation.project);
  if (project === null) return 'not-found';

  const place = roleInOrganization(past, account, project.organization);
  const row = rowOf(past, account, project);
  if (place === 'owner' || place === 'admin') {
    if (role === 'member') return 'conflict';
    return row === 'member' ? 'done' : 'unchanged';
  }
  if (row !== null) return row === role ? 'unchanged' : 'done';
  if (place === 'member' && project.isDefault) return role === 'member' ? 'unchanged' : 'done';
  return 'not-found';
};

/** COL-10; a member can't lose the default project while they are one (AMB-07, COL-25). */
export const removeCollaborator = (past: Past, operation: Op<'removeCollaborator'>): Verdict => {
  const { by, account } = operation;
  const barred = barredFromProject(past, by, 'collaborator:remove', operation.project);
  if (barred !== null) return barred;
  const project = findProject(past, operation.project);
  if (project === null) return 'not-found';
  const isMember = roleInOrganization(past, account, project.organization) !== null;
  if (isMember && project.isDefault) return 'conflict';
  return rowOf(past, account, project) === null ? 'not-found' : 'done';
};
