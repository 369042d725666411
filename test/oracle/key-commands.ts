import { barredFromKey, barredFromProject } from './barred.js';
import { allKeys, endOf, findKey, hasExpired, isSuperseded, type Key, mayRevoke, now } from './keys.js';
import { legacyKeyNamed } from './legacy-keys.js';
import { mayPerson } from './may.js';
import type { Op, Past, Verdict } from './operations.js';
import { isActive } from './people.js';
import { findProject, isArchived } from './projects.js';

/** KEY-14, KEY-15. */
export const createKey = (past: Past, operation: Op<'createKey'>): Verdict => {
  const barred = barredFromProject(past, operation.by, 'api-key:create', operation.project);
  if (barred !== null) return barred;
  if (operation.expiresInSeconds !== null && operation.expiresInSeconds <= 0) return 'unprocessable';
  const project = findProject(past, operation.project);
  if (project === null) return 'not-found';
  if (isArchived(past, project)) return 'conflict';
  return findKey(past, operation.key) === null ? 'done' : 'conflict';
};

/** By the operator, of another system's. The same key a second time is no other one. */
export const importKey = (past: Past, { project: id, key: name, expiresInSeconds }: Op<'importKey'>): Verdict => {
  const project = findProject(past, id);
  if (project === null) return 'not-found';
  const known = findKey(past, name);
  if (known !== null) return known.project === id ? 'unchanged' : 'conflict';
  if (expiresInSeconds !== null && expiresInSeconds <= 0) return 'unprocessable';
  return isArchived(past, project) ? 'conflict' : 'done';
};

/** AMB-18: what has ended stays as it ended. */
const hasEnded = (past: Past, key: Key): boolean => key.revoked || isSuperseded(past, key) || hasExpired(past, key);

/** KEY-19, KEY-20: sooner, later or never, but only while the key is alive (AMB-18). */
export const setExpiration = (past: Past, operation: Op<'setExpiration'>): Verdict => {
  const { by, key: id, expiresInSeconds } = operation;
  const barred = barredFromKey(past, by, 'api-key:update', id);
  if (barred !== null) return barred;
  const key = findKey(past, id);
  if (key === null) return 'not-found';
  if (hasEnded(past, key)) return 'conflict';
  if (expiresInSeconds !== null && expiresInSeconds <= 0) return 'unprocessable';
  const expiresAt = expiresInSeconds === null ? null : now(past) + expiresInSeconds;
  // What was replaced ends with its overlap at the latest.
  if (key.endsAt !== null && (expiresAt === null || expiresAt > key.endsAt)) return 'conflict';
  return endOf(key) === expiresAt ? 'unchanged' : 'done';
};

/** To a name it never had. */
export const renameKey = (past: Past, { by, key: id }: Op<'renameKey'>): Verdict => {
  const barred = barredFromKey(past, by, 'api-key:update', id);
  if (barred !== null) return barred;
  const key = findKey(past, id);
  if (key === null) return 'not-found';
  return hasEnded(past, key) ? 'conflict' : 'done';
};

/** Beyond KEY-25, by whoever may make keys (PRM-28): once, and only of what is alive. */
export const rotateKey = (past: Past, { by, key: id, to }: Op<'rotateKey'>): Verdict => {
  const barred = barredFromKey(past, by, 'api-key:create', id);
  if (barred !== null) return barred;
  const key = findKey(past, id);
  const project = key === null ? null : findProject(past, key.project);
  if (key === null || project === null) return 'not-found';
  if (hasEnded(past, key) || key.endsAt !== null || isArchived(past, project)) return 'conflict';
  return findKey(past, to) === null ? 'done' : 'conflict';
};

/** KEY-23, AMB-16: an expired key too, and a second time without effect. A legacy key never, as its owner is told (KEY-31). */
export const revokeKey = (past: Past, { by, key: id }: Op<'revokeKey'>): Verdict => {
  const legacy = legacyKeyNamed(past, id);
  if (legacy !== null && isActive(past, by)) {
    const isOwner = mayPerson(past, by, 'legacy-key:read', { type: 'organization', id: legacy.organization });
    return isOwner ? 'forbidden' : 'not-found';
  }
  const barred = barredFromKey(past, by, 'api-key:revoke', id);
  if (barred !== null) return barred;
  const key = findKey(past, id);
  if (key === null) return 'not-found';
  return key.revoked ? 'unchanged' : 'done';
};

/** KEY-43: everything at once. */
export const revokeKeysOfProject = (past: Past, { by, project }: Op<'revokeKeysOfProject'>): Verdict => {
  const barred = barredFromProject(past, by, 'api-key:revoke', project);
  if (barred !== null) return barred;
  return allKeys(past).some((key) => key.project === project && !key.revoked) ? 'done' : 'unchanged';
};

/** Wherever they have made some, and whoever asks may revoke them; the others are nobody's that were meant (AMB-16). */
export const revokeKeysMadeBy = (past: Past, { by, account }: Op<'revokeKeysMadeBy'>): Verdict => {
  if (!isActive(past, by)) return 'forbidden';
  const meant = allKeys(past).filter((key) => key.maker === account && mayRevoke(past, by, key));
  return meant.some((key) => !key.revoked) ? 'done' : 'unchanged';
};
