import { type Cite, type Facts, keyIsDead } from '#libs/authorization';
import type { ProjectId } from '#libs/kernel';
import type { Held } from './intervals.js';

/** A key of a project that nothing has ended but, at `held.end`, the time. */
export interface KeyStanding {
  readonly held: Held;
  readonly since: Cite;
  readonly evidence: ReadonlyArray<Cite>;
}

/** Before every end: what is dead then, an event has ended. */
const BEFORE_ALL = { now: -Infinity, stale: false };

/** A legacy key is the organization's and no project's (KEY-29); and the keys of an archived project let nobody in. */
export const keyThen = (facts: Facts, keyId: string, projectId: ProjectId): KeyStanding | undefined => {
  const archived = facts.archived(projectId);
  const key = facts.key(keyId);
  if (key?.created == null || key.legacy || key.projectId !== projectId || archived !== null) return undefined;
  if (keyIsDead(key, BEFORE_ALL) !== undefined) return undefined;
  const { created, expiry, replaced, expiresAt, endsAt } = key;
  const endsBy = endsAt <= expiresAt ? 'rotation' : 'expiry';
  return {
    held: { role: null, end: Math.min(endsAt, expiresAt), endsBy },
    since: created,
    evidence: [created, expiry, replaced].filter((cite) => cite !== null),
  };
};
