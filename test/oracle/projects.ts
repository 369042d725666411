import type { Past, ProjectRole, Visibility } from './operations.js';
import { hasFeature } from './organizations.js';
import { isDeleted, roleInOrganization, runsOrganization } from './people.js';

export interface Project {
  readonly id: string;
  readonly organization: string;
  readonly isDefault: boolean;
  readonly visibility: Visibility;
}

export const findProject = (past: Past, id: string): Project | null => {
  for (const done of past) {
    if (done.type === 'createOrganization' && done.defaultProject === id) {
      return { id, organization: done.organization, isDefault: true, visibility: visibilityOf(past, id, 'private') };
    }
    if (done.type === 'createProject' && done.project === id) {
      const visibility = visibilityOf(past, id, done.visibility);
      return { id, organization: done.organization, isDefault: false, visibility };
    }
  }
  return null;
};

/** ORG-02: every organization has one from birth. */
export const homeProjectOf = (past: Past, organization: string): string | null => {
  for (const done of past) {
    if (done.type === 'createOrganization' && done.organization === organization) return done.defaultProject;
  }
  return null;
};

/** PRJ-20: at any time, and at once. */
const visibilityOf = (past: Past, project: string, atBirth: Visibility): Visibility => {
  let visibility = atBirth;
  for (const done of past) {
    if (done.type === 'changeVisibility' && done.project === project) visibility = done.visibility;
  }
  return visibility;
};

export const isArchived = (past: Past, project: Project): boolean => {
  let archived = false;
  for (const done of past) {
    if (done.type === 'archive' && done.project === project.id) archived = true;
    if (done.type === 'unarchive' && done.project === project.id) archived = false;
  }
  return archived;
};

/** The project's own switch (PRJ-13). */
export const allowsExternals = (past: Past, project: Project): boolean => {
  let allowed = false;
  for (const done of past) {
    if (done.type === 'allowExternal' && done.project === project.id) allowed = done.allowed;
  }
  return allowed;
};

/** Externals need both switches, the organization's and the project's; without them they are suspended (COL-16, AMB-09). */
export const letsExternalsIn = (past: Past, project: Project): boolean =>
  hasFeature(past, project.organization, 'externalCollaborators') && allowsExternals(past, project);

/**
 * The role a person was given in a project: by creating it (PRJ-12), by being added (COL-05, COL-06), by joining it
 * (COL-24) or by a change of role. It ends when they are removed from the project or leave it, with any end of their
 * membership in its organization, and with their account, unless another takes it over (DEL-09): coming back revives nothing (AMB-11, AMB-27). Joining the
 * organization leaves it as it is.
 */
export const rowOf = (past: Past, account: string, project: Project): ProjectRole | null => {
  let row: ProjectRole | null = null;
  if (isDeleted(past, account)) return null;
  for (const [index, done] of past.entries()) {
    if (done.type === 'createProject' && done.project === project.id && done.by === account) row = 'admin';
    if (done.type === 'addCollaborator' && done.project === project.id && done.account === account) {
      row = runsOrganization(past.slice(0, index), account, project.organization) ? 'admin' : 'member';
    }
    if (done.type === 'joinProject' && done.project === project.id && done.by === account) {
      row = runsOrganization(past.slice(0, index), account, project.organization) ? 'admin' : 'member';
    }
    if (done.type === 'leaveProject' && done.project === project.id && done.by === account) row = null;
    if (done.type === 'transferAccount' && done.to === account) {
      row = rowOf(past.slice(0, index), done.account, project);
    }
    if (done.type === 'transferAccount' && done.account === account) row = null;
    if (done.type === 'changeCollaboratorRole' && done.project === project.id && done.account === account) {
      row = done.role;
    }
    if (done.type === 'removeCollaborator' && done.project === project.id && done.account === account) row = null;
    if (done.type === 'removeMember' && done.organization === project.organization && done.account === account) {
      row = null;
    }
  }
  return row;
};

/** Who may know that the project exists (PRJ-19, PRJ-21). */
export const seesProject = (past: Past, account: string, project: Project): boolean => {
  const role = roleInOrganization(past, account, project.organization);
  if (role === 'owner' || role === 'admin') return true;
  if (role === 'member' && (project.isDefault || project.visibility !== 'private')) return true;
  return rowOf(past, account, project) !== null;
};
