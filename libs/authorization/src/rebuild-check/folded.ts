import { E } from '#libs/kernel';
import { categoryOf, type RecordedEvent, type StoreFailure, type StreamFold } from '#libs/event-store';
import { factFolds as folds } from '../fact-folds.js';

/** By category. */
export const factFolds: ReadonlyMap<string, StreamFold<unknown>> = new Map(
  Object.values(folds).map((fold): [string, StreamFold<unknown>] => [fold.category, fold as StreamFold<unknown>]),
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
