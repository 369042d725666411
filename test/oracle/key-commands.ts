import { barredFromKey, barredFromProject } from './barred.js';
import { findKey, hasExpired, now } from './keys.js';
import type { Op, Past, Verdict } from './operations.js';
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

/** KEY-19, KEY-20: sooner, later or never, but only while the key is alive (AMB-18). */
export const setExpiration = (past: Past, operation: Op<'setExpiration'>): Verdict => {
  const { by, key: id, expiresInSeconds } = operation;
  const barred = barredFromKey(past, by, 'api-key:update', id);
  if (barred !== null) return barred;
  const key = findKey(past, id);
  if (key === null) return 'not-found';
  if (key.revoked || hasExpired(past, key)) return 'conflict';
  if (expiresInSeconds !== null && expiresInSeconds <= 0) return 'unprocessable';
  const expiresAt = expiresInSeconds === null ? null : now(past) + expiresInSeconds;
  return key.expiresAt === expiresAt ? 'unchanged' : 'done';
};

/** To a name it never had. */
export const renameKey = (past: Past, { by, key: id }: Op<'renameKey'>): Verdict => {
  const barred = barredFromKey(past, by, 'api-key:update', id);
  if (barred !== null) return barred;
  const key = findKey(past, id);
  if (key === null) return 'not-found';
  return key.revoked || hasExpired(past, key) ? 'conflict' : 'done';
};

/** KEY-23, AMB-16: an expired key too, and a second time without effect. */
export const revokeKey = (past: Past, { by, key: id }: Op<'revokeKey'>): Verdict => {
  const barred = barredFromKey(past, by, 'api-key:revoke', id);
  if (barred !== null) return barred;
  const key = findKey(past, id);
  if (key === null) return 'not-found';
  return key.revoked ? 'unchanged' : 'done';
};
