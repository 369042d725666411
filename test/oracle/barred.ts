import { findKey } from './keys.js';
import { mayPerson } from './may.js';
import type { Past, Why } from './operations.js';
import { isActive, roleInOrganization } from './people.js';
import { findProject, seesProject } from './projects.js';

/** Why `by` may not do this in the organization; `null` if they may. Who can't see it is told that it isn't there. */
export const barredFromOrganization = (past: Past, by: string, action: string, organization: string): Why | null => {
  if (!isActive(past, by)) return 'forbidden';
  if (mayPerson(past, by, action, { type: 'organization', id: organization })) return null;
  return roleInOrganization(past, by, organization) === null ? 'not-found' : 'forbidden';
};

export const barredFromProject = (past: Past, by: string, action: string, id: string): Why | null => {
  if (!isActive(past, by)) return 'forbidden';
  if (mayPerson(past, by, action, { type: 'project', id })) return null;
  const project = findProject(past, id);
  return project !== null && seesProject(past, by, project) ? 'forbidden' : 'not-found';
};

/** A key shows itself only to those who may read its project: anyone else could be probing (AMB-16). */
export const barredFromKey = (past: Past, by: string, action: string, id: string): Why | null => {
  if (!isActive(past, by)) return 'forbidden';
  const key = findKey(past, id);
  if (key === null || !mayPerson(past, by, 'project:read', { type: 'project', id: key.project })) return 'not-found';
  return mayPerson(past, by, action, { type: 'project', id: key.project }) ? null : 'forbidden';
};
