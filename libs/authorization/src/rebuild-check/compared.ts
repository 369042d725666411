import type { KeyFact, OrganizationFact, ProjectFact } from '../domain/facts.js';
import { remembered, rememberedAfter } from '../key-table/remembered.js';
import type { LiveState } from '../live-state.js';
import type { LegacyKeyFacts } from '../projections/legacy-key-facts.js';
import { canonical } from './canonical.js';

/** Of a key that has ended the live state keeps what refuses it, and that some time later: so both are cut to what would be kept now. */
const kept = (key: KeyFact, now: number): KeyFact => rememberedAfter(remembered(key), now);

const isSameKey = (live: LiveState, fact: KeyFact, now: number): boolean => {
  const held = live.key(fact.id);
  return held !== undefined && canonical(kept(held, now)) === canonical(kept(fact, now)) && isFound(live, fact);
};

/** By its secret it is found, too; of two with one digest the first in the log is. */
const isFound = (live: LiveState, { digest }: KeyFact): boolean => live.keyByDigest(digest)?.digest === digest;

const isSameLegacyKey = (live: LiveState, { current, former }: LegacyKeyFacts, now: number): boolean =>
  (current === null || isSameKey(live, current, now)) &&
  former.every((key) => live.keyByDigest(key.digest)?.replaced?.position === key.replaced?.position);

/** Whether the live state says of a stream what the log says of it. `now` is in ms since 1970. */
export const isAsFolded = (live: LiveState, [category, id]: readonly [string, string], fact: unknown, now: number) => {
  if (category === 'supportMatrix') return fact === undefined || canonical(live.support()) === canonical(fact);
  if (fact === undefined) return live.factOf(category, id) === undefined;
  if (category === 'apiKey') return isSameKey(live, fact as KeyFact, now);
  if (category === 'legacyKey') return isSameLegacyKey(live, fact as LegacyKeyFacts, now);
  return canonical(live.factOf(category, id)) === canonical(fact) && isKeptApart(live, [category, id], fact);
};

/** What is kept beside as well, since nearly every question asks for it. */
const isKeptApart = (live: LiveState, [category, id]: readonly [string, string], fact: unknown): boolean => {
  if (category === 'project') return canonical(live.archived(id)) === canonical((fact as ProjectFact).archived);
  if (category !== 'organization') return true;
  return canonical(live.suspended(id)) === canonical((fact as OrganizationFact).suspended);
};
