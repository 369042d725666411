import { attributionOf } from './attribution.js';
import type { Credential } from './credentials.js';
import type { Past } from './operations.js';
import { isSuspended } from './organizations.js';
import { isKindAction, usesResources } from './permissions.js';
import { findProject, isArchived } from './projects.js';
import { allow, type Answer, type Ask, deny, faultOf, findTarget, type Principal, type Ruling } from './questions.js';

/** May this key do that? It reaches everything inside its own project, and nothing else (KEY-07, KEY-11, AMB-14). */
export const answerForKey = (past: Past, key: Credential | null, ask: Ask): Answer => {
  if (key === null) return { ...deny('unknown-key'), principal: null, attribution: null };
  const { id, project, organization } = key;
  const principal: Principal = { type: 'api_key', id, project, organization };
  const ruling = rule(past, key, ask);
  if (!ruling.decision) return { ...ruling, principal, attribution: null };
  const usage = { ...ask, organization, project, apiKey: id, external: null };
  return { ...ruling, principal, attribution: attributionOf(past, usage) };
};

const rule = (past: Past, key: Credential, ask: Ask): Ruling => {
  if (key.dead !== null) return deny(key.dead);
  const asker = { organization: key.organization, project: key.project };
  const fault = faultOf(past, ask, asker);
  if (fault !== null) return deny(fault);

  const target = findTarget(past, ask, asker);
  if (target === null) return deny('unknown-resource');
  if (target.organization !== key.organization) return deny('other-organization');
  if (target.elsewhere || (target.project !== null && target.project.id !== key.project)) return deny('other-project');
  const home = findProject(past, key.project);
  if (home !== null && isArchived(past, home)) return deny('project-archived');
  if (usesResources(ask.action) && isSuspended(past, key.organization)) return deny('organization-suspended');
  if (!isKindAction(ask.action)) return deny('key-lacks-permission');
  return allow(key.legacy ? 'legacy-key' : 'project-key');
};
