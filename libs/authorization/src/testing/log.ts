import { E, type EventCodec, type EventId, millisOf, type Recorded, type Timestamp, timestampOf } from '#libs/kernel';
import { type DecidingCategory, decidingEvents, type DecidingEvents } from '../deciding-events.js';
import { LiveState } from '../live-state.js';

/** One event of a log: `id` is its stream's, without the category. */
export type Happening = {
  [C in DecidingCategory]: Recorded<DecidingEvents[C]> & { readonly category: C };
}[DecidingCategory];

/** A minute passes with every event. The first lies at position 1. */
const epoch = millisOf('2026-01-01T00:00:00.000Z' as Timestamp);
export const timeOf = (position: bigint): Timestamp => timestampOf(epoch + Number(position) * 60_000);

export const eventIdAt = (position: bigint): EventId =>
  `00000000-0000-8000-8000-${position.toString(16).padStart(12, '0')}` as EventId;

/** Folds one event as the subscription does: through the codec of its category, and only if that reads it. */
export const applyTo = (state: LiveState, happening: Happening): void => {
  const { category, event } = happening;
  for (const follows of state.follows) {
    if (follows.category !== category) continue;
    const read = follows.events.decode((decidingEvents[category] as EventCodec<typeof event>).encode(event));
    if (E.isLeft(read)) throw new Error(`${event.type} at ${String(happening.position)}: ${read.left.why}`);
    follows.apply({ ...happening, event: read.right as never });
  }
};

/** The state that these events alone make, in the order they are given in. */
export const foldOf = (log: ReadonlyArray<Happening>): LiveState => {
  const state = new LiveState();
  for (const happening of log) applyTo(state, happening);
  return state;
};
