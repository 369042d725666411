import { type LegacyKeyEvent, legacyKeyEvents } from '#libs/api-keys/events';
import type { Digest, Recorded } from '#libs/kernel';
import type { Cite, KeyFact } from '../domain/facts.js';
import { cite, type FactFold } from './people-facts.js';

/** An organization's legacy key: its secret of now, and each that it had before, by digest. */
export interface LegacyKeyFacts {
  /** Null while only what it superseded is known. */
  readonly current: KeyFact | null;
  readonly former: ReadonlyArray<KeyFact>;
}

const fact = (
  { keyId, organizationId, projectId }: LegacyKeyEvent['data'],
  digest: Digest,
  times: { readonly created: Cite | null; readonly replaced: Cite | null },
): KeyFact => ({
  id: keyId,
  organizationId,
  projectId,
  digest,
  legacy: true,
  expiresAt: Infinity,
  expiry: null,
  firstExpiresAt: Infinity,
  revoked: null,
  // From whenever it was replaced: there is no overlap (KEY-32).
  endsAt: times.replaced === null ? Infinity : -Infinity,
  ...times,
});

/** Each event that names a secret says all that is known of it: so the last one alone grants, and the one that ended a secret alone denies it. */
export const legacyKeyFact: FactFold<LegacyKeyFacts, LegacyKeyEvent> = {
  category: 'legacyKey',
  events: legacyKeyEvents,
  project: (facts, recorded: Recorded<LegacyKeyEvent>) => {
    const { event } = recorded;
    switch (event.type) {
      case 'LegacyKeyIssued':
      case 'LegacyKeyImported': {
        const created = cite(recorded);
        return { current: fact(event.data, event.data.digest, { created, replaced: null }), former: [] };
      }
      case 'LegacyKeyRegenerated': {
        const by = cite(recorded);
        const ended = fact(event.data, event.data.supersedes, {
          created: facts?.current?.created ?? null,
          replaced: by,
        });
        return {
          current: fact(event.data, event.data.digest, { created: by, replaced: null }),
          former: [...(facts?.former ?? []), ended],
        };
      }
      case 'LegacyKeyRevealed':
        return facts;
    }
  },
};
