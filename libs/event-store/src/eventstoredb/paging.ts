import { categoryOf } from '../metadata.js';
import { type Page, type Position, type ReadAll, type RecordedEvent, START } from '../event-store.js';
import { fromOf, isKnown, type LogPosition, logPositionOf, positionOf } from './log-position.js';
import { type Direction, PAGE } from './reading.js';
import { type Found, isSystem, recorded } from './recorded.js';

/** A slice of the log: see `readLog`. */
export type Log = (
  direction: Direction,
  from: LogPosition | 'start' | 'end',
  limit: number,
) => Promise<ReadonlyArray<Found>>;

/** With a filter, one page looks at no more events than this. */
const WINDOW = 5_000;

const startOf = (direction: Direction, from: Position | undefined): LogPosition | 'start' | 'end' => {
  if (direction === 'forwards') return fromOf(from ?? START);
  return from === undefined ? 'end' : logPositionOf(from);
};

const isAt = (event: Found, at: LogPosition | 'start' | 'end'): boolean =>
  typeof at !== 'string' && event.position?.commit === at.commit && event.position.prepare === at.prepare;

/** The events of one direction from a position on, without the server's own and without the one at the position itself. */
async function* events(
  log: Log,
  direction: Direction,
  from: Position | undefined,
  atFirst: number,
): AsyncGenerator<Found> {
  let at = startOf(direction, from);
  let wanted = atFirst;
  for (;;) {
    const slice = await log(direction, at, wanted);
    // The one that it began with was seen before: reading forwards is inclusive.
    for (const event of slice) if (!isAt(event, at) && !isSystem(event.streamId)) yield event;
    const last = slice.at(-1)?.position;
    if (slice.length < wanted || last === undefined) return;
    at = last;
    wanted = PAGE;
  }
}

/**
 * One page of the log. The server's own events are not there: not in a page, and not in where it ends. A category is
 * chosen on this side: the server's filters have passed over events, and tell late how far they are.
 */
export const pageOf = async (
  log: Log,
  { from, direction = 'forwards', limit = 1_000, categories }: ReadAll,
): Promise<Page> => {
  if (direction === 'backwards' && from === START) return { events: [], position: START, end: true };
  const wanted = categories === undefined ? null : new Set(categories);
  const shown: RecordedEvent[] = [];
  let position = from ?? START;
  let looked = 0;
  // One more than shown tells whether there is more; one more again, for the one that reading forwards begins with.
  for await (const event of events(log, direction, from, Math.min(PAGE, limit + 2))) {
    if (shown.length >= limit || looked >= WINDOW + limit) return { events: shown, position, end: false };
    looked += 1;
    if (wanted === null || wanted.has(categoryOf(event.streamId as RecordedEvent['stream'])))
      shown.push(recorded(event));
    position = isKnown(event.position) ? positionOf(event.position) : recorded(event).position;
  }
  return { events: shown, position, end: true };
};

/** The last event of the log, however much the server has written after it; undefined for an empty one. */
export const lastOf = async (log: Log): Promise<Position | undefined> => {
  for await (const event of events(log, 'backwards', undefined, 1)) return recorded(event).position;
  return undefined;
};
