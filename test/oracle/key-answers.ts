import { findKey, hasExpired } from './keys.js';
import type { Past } from './operations.js';
import { isSuspended } from './organizations.js';
import { isKindAction, usesResources } from './permissions.js';
import { findProject, isArchived } from './projects.js';
import { allow, type Answer, type Ask, deny, faultOf, organizationOf, projectOf } from './questions.js';

/** May this key do that? It reaches everything inside its own project, and nothing else (KEY-07, KEY-11, AMB-14). */
export const answerForKey = (past: Past, id: string, ask: Ask): Answer => {
  const key = findKey(past, id);
  const home = key === null ? null : findProject(past, key.project);
  if (key === null || home === null) return deny('unknown-key');
  if (key.revoked) return deny('revoked-key');
  if (hasExpired(past, key)) return deny('expired-key');

  const fault = faultOf(past, ask, home.id);
  if (fault !== null) return deny(fault);

  const project = projectOf(past, ask.resource, home.id);
  if (organizationOf(past, ask.resource, home.id) !== home.organization) return deny('other-organization');
  if (project !== null && project.id !== home.id) return deny('other-project');
  if (isArchived(past, home)) return deny('project-archived');
  if (usesResources(ask.action) && isSuspended(past, home.organization)) return deny('organization-suspended');
  return isKindAction(ask.action) ? allow('project-key') : deny('key-lacks-permission');
};
