import { E } from '#libs/kernel';
import {
  categoryOf,
  foldOfProjection,
  type RecordedEvent,
  type StoreFailure,
  type StreamFold,
} from '#libs/event-store';
import { keyFact } from '../projections/key-facts.js';
import { legacyKeyFact } from '../projections/legacy-key-facts.js';
import { accountFact, membershipFact } from '../projections/people-facts.js';
import { collaboratorFact, organizationFact, projectFact } from '../projections/place-facts.js';
import { resourceFact, supportFact } from '../projections/resource-facts.js';

/** Everything that decisions rest on, folded a stream at a time. */
export const factFolds: ReadonlyMap<string, StreamFold<unknown>> = new Map(
  [
    foldOfProjection('fact', accountFact),
    foldOfProjection('fact', membershipFact),
    foldOfProjection('fact', organizationFact),
    foldOfProjection('fact', projectFact),
    foldOfProjection('fact', collaboratorFact),
    foldOfProjection('fact', keyFact),
    foldOfProjection('fact', legacyKeyFact),
    foldOfProjection('fact', resourceFact),
    foldOfProjection('fact', supportFact),
  ].map((fold): [string, StreamFold<unknown>] => [fold.category, fold as StreamFold<unknown>]),
);

/** What a stream's events come to; undefined for a stream that says nothing. */
export const foldedFrom = (state: unknown, events: ReadonlyArray<RecordedEvent>): E.Either<StoreFailure, unknown> => {
  for (const recorded of events) {
    const next = factFolds.get(categoryOf(recorded.stream))?.step(state, recorded);
    if (next === undefined) continue;
    if (E.isLeft(next)) return next;
    state = next.right;
  }
  return E.right(state);
};
