import type { Cite, KeyFact } from '../domain/facts.js';

type Named = Pick<KeyFact, 'id' | 'organizationId' | 'projectId' | 'digest' | 'legacy'>;

/** A key of which only the name is known. */
export const nothing = ({ id, organizationId, projectId, digest, legacy }: Named): KeyFact => ({
  id,
  organizationId,
  projectId,
  digest,
  legacy,
  created: null,
  expiresAt: Infinity,
  expiry: null,
  firstExpiresAt: Infinity,
  revoked: null,
  endsAt: Infinity,
  replaced: null,
});

/** What ended a key for good, if something did. */
export const endOf = ({ revoked, endsAt, replaced, expiresAt, expiry, created }: KeyFact): Cite | null => {
  if (revoked !== null) return revoked;
  if (endsAt === -Infinity) return replaced;
  return expiresAt === -Infinity ? (expiry ?? created) : null;
};

/** A key that has ended for good, known by the event that ended it alone: all that a decision needs to refuse it. */
export const endedBy = (key: Named, cite: Cite): KeyFact => {
  const unknown = nothing(key);
  if (cite.type === 'KeyRevoked') return { ...unknown, revoked: cite };
  const isOver = { expiresAt: -Infinity, firstExpiresAt: -Infinity };
  if (cite.type === 'KeyExpirationSet') return { ...unknown, ...isOver, expiry: cite };
  if (cite.type === 'KeyCreated' || cite.type === 'KeyImported') return { ...unknown, ...isOver, created: cite };
  return { ...unknown, endsAt: -Infinity, replaced: cite };
};

/** What is kept of a key: everything while it lives, and the event that ended it when it has ended. */
export const remembered = (key: KeyFact): KeyFact => {
  const end = endOf(key);
  return end === null ? key : endedBy(key, end);
};

/** The same once every clock is past `time`, in ms: then it has ended for good, too, if that was to be by then. */
export const rememberedAfter = (key: KeyFact, time: number): KeyFact => {
  if (endOf(key) !== null) return key;
  const { replaced, endsAt, expiresAt, expiry, created } = key;
  if (endsAt <= time && replaced !== null) return endedBy(key, replaced);
  const end = expiry ?? created;
  return endsAt === Infinity && expiresAt <= time && end !== null ? endedBy(key, end) : key;
};
