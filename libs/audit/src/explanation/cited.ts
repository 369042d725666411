import { decidingEvents, type DecidingEvent, isDeciding } from '#libs/authorization';
import {
  type Actor,
  categoryOf,
  eventOf,
  idOf,
  metadataOf,
  type Readable,
  type RecordedEvent,
  type StoreFailure,
} from '#libs/event-store';
import { E, pipe, type Timestamp } from '#libs/kernel';

/** An event with who did it, and when. `id` is its stream's, without the category. */
export interface Cited<Event extends DecidingEvent> {
  readonly position: bigint;
  readonly at: Timestamp;
  readonly actor: Actor;
  readonly via: Actor | null;
  readonly id: string;
  readonly event: Event;
}
export type AnyCited = Cited<DecidingEvent>;

/** What is recorded, read; events of no such category are left out. */
export const citedOf = (recorded: ReadonlyArray<RecordedEvent>): E.Either<StoreFailure, ReadonlyArray<AnyCited>> => {
  const all: AnyCited[] = [];
  for (const each of recorded) {
    const category = categoryOf(each.stream);
    if (!isDeciding(category)) continue;
    const codec: Readable<DecidingEvent> = decidingEvents[category];
    const cited = pipe(
      metadataOf(each),
      E.flatMap(({ actor, via, at }) =>
        pipe(
          eventOf(codec, each),
          E.map((event): AnyCited => ({ position: each.position, at, actor, via, id: idOf(each.stream), event })),
        ),
      ),
    );
    if (E.isLeft(cited)) return cited;
    all.push(cited.right);
  }
  return E.right(all);
};
