import { type RecordedEvent, START, StoreFailed, type StoreFailure } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { ProjectHomes } from './project-homes.js';
import { type TrailEvent, trailEvent } from './trail-event.js';
import type { TrailEnd } from './trail-index.js';

/** Whether this release can read an event: what it cannot read it cannot make harmless either. */
export type Readability = (recorded: RecordedEvent) => E.Either<StoreFailure, unknown>;

/** What is ready to be written into the trail. */
export interface Readied {
  readonly events: ReadonlyArray<TrailEvent>;
  readonly end: TrailEnd;
}

/**
 * Events as an auditor reads them. The trail ends with the last of them, and no further: what keeps the engine going may lie behind
 * it, and a log restored from a copy may have been cut there. Throws `StoreFailed`.
 */
export const readied = async (
  slice: ReadonlyArray<RecordedEvent>,
  readable: Readability,
  homes: ProjectHomes,
): Promise<Readied> => {
  const events = slice.map((recorded) => {
    const read = readable(recorded);
    const event = E.isLeft(read) ? read : trailEvent(recorded);
    if (E.isLeft(event)) throw new StoreFailed(event.left);
    return event.right;
  });
  const end = slice.at(-1);
  const last = end === undefined ? null : { id: end.id, stream: end.stream, revision: end.revision };
  return { events: await homes.housed(events), end: { position: end?.position ?? START, last } };
};
