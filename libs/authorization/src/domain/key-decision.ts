import { attributionInProject } from './attribution.js';
import type { Facts, KeyFact } from './facts.js';
import type { Permission } from './permissions.js';
import { type Decision, deny, type Moment, type Principal, type Question } from './question.js';
import type { Target } from './target.js';

export const principalOfKey = ({ id, projectId, organizationId }: KeyFact): Principal => ({
  type: 'api_key',
  id,
  projectId,
  organizationId,
});

/** Is the key itself good? A deny when it is not; `undefined` when it is. Expired is `now >= expiresAt` (AMB-17). */
export const keyIsDead = (key: KeyFact | undefined, { now }: Moment): Decision | undefined => {
  if (key === undefined) return deny('unknown-key', null);
  if (key.revoked !== null) return deny('revoked-key', principalOfKey(key), key.revoked);
  if (now >= key.endsAt) return deny('superseded-key', principalOfKey(key), key.replaced);
  if (now >= key.expiresAt) return deny('expired-key', principalOfKey(key), key.expiry ?? key.created);
  return key.created === null ? deny('unknown-key', null) : undefined;
};

/** AMB-14: a key has no role. It uses everything of its own project, and manages nothing. */
export const decideForKey = (
  facts: Facts,
  key: KeyFact,
  permission: Permission,
  asked: { readonly target: Target; readonly question: Question; readonly moment: Moment },
): Decision => {
  const { target, question, moment } = asked;
  const principal = principalOfKey(key);
  if (target.organizationId !== key.organizationId) return deny('other-organization', principal);
  if (target.projectId !== null && target.projectId !== key.projectId) return deny('other-project', principal);
  if (target.elsewhere !== null) return deny('other-project', principal, target.elsewhere);
  const archived = facts.archived(key.projectId);
  if (archived !== null) return deny('project-archived', principal, archived);
  const suspended = permission.peaceful ? null : facts.suspended(key.organizationId);
  if (suspended !== null) return deny('organization-suspended', principal, suspended);
  if (!permission.key || key.created === null) return deny('key-lacks-permission', principal);
  // The event that changed the expiry is part of the grant only where the first one would have ended it by now.
  const evidence = key.expiry !== null && moment.now >= key.firstExpiresAt ? [key.created, key.expiry] : [key.created];
  const attribution = attributionInProject(facts, key, { kind: permission.kind, channel: question.channel }, key.id);
  return { decision: true, reason: key.legacy ? 'legacy-key' : 'project-key', principal, attribution, evidence };
};
