import { findKey } from './keys.js';
import type { Past, Why } from './operations.js';
import { isActive, roleInOrganization } from './people.js';
import { answerForPerson } from './person-answers.js';
import { findProject, seesProject } from './projects.js';
import type { Resource } from './questions.js';

/** Doing is judged by the same answer as asking. */
const may = (past: Past, by: string, action: string, resource: Resource): boolean =>
  answerForPerson(past, by, { action, resource, channel: 'ui' }).decision;

/** Why `by` may not do this in the organization; `null` if they may. Who can't see it is told that it isn't there. */
export const barredFromOrganization = (past: Past, by: string, action: string, organization: string): Why | null => {
  if (!isActive(past, by)) return 'forbidden';
  if (may(past, by, action, { type: 'organization', id: organization })) return null;
  return roleInOrganization(past, by, organization) === null ? 'not-found' : 'forbidden';
};

export const barredFromProject = (past: Past, by: string, action: string, id: string): Why | null => {
  if (!isActive(past, by)) return 'forbidden';
  if (may(past, by, action, { type: 'project', id })) return null;
  const project = findProject(past, id);
  return project !== null && seesProject(past, by, project) ? 'forbidden' : 'not-found';
};

/** A key shows itself only to those who may read its project: anyone else could be probing (AMB-16). */
export const barredFromKey = (past: Past, by: string, action: string, id: string): Why | null => {
  if (!isActive(past, by)) return 'forbidden';
  const key = findKey(past, id);
  if (key === null || !may(past, by, 'project:read', { type: 'project', id: key.project })) return 'not-found';
  return may(past, by, action, { type: 'project', id: key.project }) ? null : 'forbidden';
};
