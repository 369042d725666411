import { mayPerson } from './may.js';
import type { Operation, Past } from './operations.js';

/** A project key; the legacy key of an organization is told of in legacy-keys.ts. */
export interface Key {
  readonly project: string;
  /** Nobody, of a key that was imported. */
  readonly maker: string | null;
  /** On the oracle's clock; `null` never expires. */
  readonly expiresAt: number | null;
  /** When the key that was put in its place stands there alone; `null` while nothing has replaced it. */
  readonly endsAt: number | null;
  readonly revoked: boolean;
}

/** Seconds since the beginning. Only waiting passes time. */
export const now = (past: Past): number => {
  let clock = 0;
  for (const done of past) if (done.type === 'wait') clock += done.seconds;
  return clock;
};

const after = (clock: number, seconds: number | null): number | null => (seconds === null ? null : clock + seconds);
const sooner = (one: number, other: number | null): number => (other === null ? one : Math.min(one, other));

/** How the key began, if this is what made it. */
const begun = (done: Operation, id: string, before: () => Past): Key | null => {
  const alive = { endsAt: null, revoked: false };
  if (done.type === 'createKey' && done.key === id) {
    return { project: done.project, maker: done.by, expiresAt: after(now(before()), done.expiresInSeconds), ...alive };
  }
  if (done.type === 'importKey' && done.key === id) {
    return { project: done.project, maker: null, expiresAt: after(now(before()), done.expiresInSeconds), ...alive };
  }
  if (done.type === 'rotateKey' && done.to === id) {
    // In the place of another: in its project, and with its end.
    const old = findKey(before(), done.key);
    return old === null ? null : { ...old, maker: done.by, ...alive };
  }
  return null;
};

const isRevokedBy = (done: Operation, id: string, key: Key, before: () => Past): boolean => {
  if (done.type === 'revokeKey') return done.key === id;
  if (done.type === 'revokeKeysOfProject') return done.project === key.project;
  // Only where whoever does it may revoke (PRM-29).
  return done.type === 'revokeKeysMadeBy' && done.account === key.maker && mayRevoke(before(), done.by, key);
};

export const mayRevoke = (past: Past, by: string, { project }: Key): boolean =>
  mayPerson(past, by, 'api-key:revoke', { type: 'project', id: project });

const changedBy = (done: Operation, id: string, key: Key, before: () => Past): Key => {
  if (isRevokedBy(done, id, key, before)) return { ...key, revoked: true };
  if (!('key' in done) || done.key !== id) return key;
  if (done.type === 'setExpiration') return { ...key, expiresAt: after(now(before()), done.expiresInSeconds) };
  // After the overlap, and never later than it would have ended anyway.
  if (done.type === 'rotateKey') return { ...key, endsAt: sooner(now(before()) + done.overlapSeconds, key.expiresAt) };
  return key;
};

export const findKey = (past: Past, id: string): Key | null => {
  let key: Key | null = null;
  for (const [index, done] of past.entries()) {
    const before = () => past.slice(0, index);
    key = key === null ? begun(done, id, before) : changedBy(done, id, key, before);
  }
  return key;
};

/** Every key that was ever made, by its name. */
export const allKeys = (past: Past): ReadonlyArray<Key> => {
  const names = past.flatMap((done) => {
    if (done.type === 'createKey' || done.type === 'importKey') return [done.key];
    return done.type === 'rotateKey' ? [done.to] : [];
  });
  return names.flatMap((name) => findKey(past, name) ?? []);
};

/** When it ends by itself. */
export const endOf = ({ endsAt, expiresAt }: Key): number | null =>
  endsAt === null ? expiresAt : sooner(endsAt, expiresAt);

/** At the very second of its expiry a key has expired (AMB-17), and at that of its end it is superseded. */
export const hasExpired = (past: Past, key: Key): boolean => key.expiresAt !== null && now(past) >= key.expiresAt;
export const isSuperseded = (past: Past, key: Key): boolean => key.endsAt !== null && now(past) >= key.endsAt;
