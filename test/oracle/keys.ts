import type { Past } from './operations.js';

export interface Key {
  readonly project: string;
  /** On the oracle's clock; `null` never expires. */
  readonly expiresAt: number | null;
  readonly revoked: boolean;
}

/** Seconds since the beginning. Only waiting passes time. */
export const now = (past: Past): number => {
  let clock = 0;
  for (const done of past) if (done.type === 'wait') clock += done.seconds;
  return clock;
};

const after = (clock: number, seconds: number | null): number | null => (seconds === null ? null : clock + seconds);

export const findKey = (past: Past, id: string): Key | null => {
  let clock = 0;
  let key: Key | null = null;
  for (const done of past) {
    if (done.type === 'wait') clock += done.seconds;
    if (done.type === 'createKey' && done.key === id) {
      key = { project: done.project, expiresAt: after(clock, done.expiresInSeconds), revoked: false };
    }
    if (key !== null && done.type === 'setExpiration' && done.key === id) {
      key = { ...key, expiresAt: after(clock, done.expiresInSeconds) };
    }
    if (key !== null && done.type === 'revokeKey' && done.key === id) key = { ...key, revoked: true };
  }
  return key;
};

/** At the very second of its expiry a key has expired (AMB-17). */
export const hasExpired = (past: Past, key: Key): boolean => key.expiresAt !== null && now(past) >= key.expiresAt;
