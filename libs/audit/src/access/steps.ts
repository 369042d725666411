import type { FactsAt } from '#libs/authorization';
import { metadataOf, START, type StoreFailure } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { Instant } from '../past/past.js';
import type { Held, Step } from './intervals.js';
import { type AccessSubject, heldBy, type ProjectPlace, streamsOf } from './subjects.js';
import type { TouchedLog } from './touched-log.js';

/** Of which stretch of the log; from its beginning where `from` is null. */
export interface Stretch {
  readonly from: Instant | null;
  readonly to: Instant;
}

/** An event from which on something else was held. Which time its position stands for, the trail says. */
export type Turn = Omit<Step, 'time'>;

const isSame = (one: Held | null, other: Held | null): boolean =>
  one === null || other === null
    ? one === other
    : one.role === other.role && one.end === other.end && one.endsBy === other.endsBy;

/** What a subject held when the stretch began, and every event in it that changed that. */
export const turnsOf = (
  factsAt: FactsAt,
  log: TouchedLog,
  subject: AccessSubject,
  { place, from, to }: Stretch & { readonly place: ProjectPlace },
): E.Either<StoreFailure, ReadonlyArray<Turn>> => {
  const after = from?.position ?? START;
  const turns: Turn[] = [];
  let held = heldBy(factsAt(after), place, subject);
  if (from !== null && held !== null) turns.push({ position: after, at: from.at, cause: '', held });
  for (const recorded of log.of(streamsOf(place, subject), after, to.position)) {
    const { position, type: cause } = recorded;
    const next = heldBy(factsAt(position), place, subject);
    if (isSame(held, next)) continue;
    held = next;
    const metadata = metadataOf(recorded);
    if (E.isLeft(metadata)) return metadata;
    turns.push({ position, at: metadata.right.at, cause, held });
  }
  return E.right(turns);
};
