import { keys } from './any-cast.js';
import { legacyKeyId } from './keys.js';
import { timeOf } from './log.js';
import { keyId } from './names.js';
import type { World } from './world.js';

/** What acme's legacy key has been called by, one after the other. */
export const legacySecrets = ['legacy1', 'legacy2', 'legacy3'] as const;

/** What may happen to keys. */
export interface KeyAttempt {
  readonly project: string;
  readonly key: (typeof keys)[number];
  readonly on: boolean;
  /** Minutes, and events, from now. */
  readonly soon: number;
}

/** When the next event will happen, in ms. */
const nextOf = (w: World): number => Date.parse(timeOf(w.position + 1n));

/** The key, while it has not ended. */
const living = (w: World, name: string) => {
  const key = w.live.key(keyId(name));
  const now = nextOf(w);
  const dead = key === undefined || key.revoked !== null || now >= key.expiresAt || now >= key.endsAt;
  return dead ? undefined : key;
};
const unused = (w: World) => keys.find((name) => w.live.key(keyId(name)) === undefined);
const legacyOf = (w: World) => w.live.key(legacyKeyId('acme'));
const nextSecret = (w: World) => {
  const told = w.log.filter(({ category, event }) => category === 'legacyKey' && event.type !== 'LegacyKeyRevealed');
  return legacySecrets[told.length];
};

/** Each as its decider would have it. */
export const keyAttempts = {
  makeKey: (w: World, { key, project, on, soon }: KeyAttempt) =>
    w.live.key(keyId(key)) === undefined &&
    w.key(key, { in: project, expiresAt: on ? timeOf(w.position + BigInt(soon + 2)) : null }),
  importKey: (w: World, { key, project }: KeyAttempt) =>
    w.live.key(keyId(key)) === undefined && w.keyImported(key, { in: project }),
  expireKey: (w: World, { key, on, soon }: KeyAttempt) => {
    const found = living(w, key);
    if (found === undefined || (!on && found.expiresAt === Infinity)) return false;
    const expiresAt = on ? timeOf(w.position + BigInt(soon + 2)) : null;
    // What was replaced ends with its overlap, or sooner.
    if (found.replaced !== null && (expiresAt === null || Date.parse(expiresAt) > found.endsAt)) return false;
    return w.keyExpires(key, expiresAt);
  },
  rotateKey: (w: World, { key, on, soon }: KeyAttempt) => {
    const [found, young] = [living(w, key), unused(w)];
    if (found === undefined || found.replaced !== null || young === undefined) return false;
    return w.keyRotated(key, young, on ? timeOf(w.position + BigInt(soon + 1)) : undefined);
  },
  revokeKey: (w: World, { key }: KeyAttempt) => w.live.key(keyId(key))?.revoked === null && w.keyRevoked(key),
  beginLegacyKey: (w: World, { on }: KeyAttempt) => {
    if (legacyOf(w) !== undefined) return false;
    return on ? w.legacyKey('acme', legacySecrets[0]) : w.legacyImported('acme', legacySecrets[0]);
  },
  regenerateLegacyKey: (w: World) => {
    const secret = nextSecret(w);
    return legacyOf(w) !== undefined && secret !== undefined && w.legacyRegenerated('acme', secret);
  },
  revealLegacyKey: (w: World) => legacyOf(w) !== undefined && w.legacyRevealed('acme'),
};
