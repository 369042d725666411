import { type Actor, type Position, START, type StoreFailure } from '#libs/event-store';
import { E, type Role, type Timestamp } from '#libs/kernel';
import type { Instant } from '../past/past.js';
import { keyDocument } from './access-then.js';
import type { End, Interval } from './intervals.js';
import type { AccessSubject } from './subjects.js';
import type { TouchedLog } from './touched-log.js';

/** One change of what somebody or something may do in a project. */
export interface AccessChange {
  /** When it took effect. */
  readonly at: Timestamp;
  readonly subject: AccessSubject;
  readonly what: 'gained' | 'lost' | 'changed';
  /** Null for none, and for a key, which has none. */
  readonly before: Role | null;
  readonly after: Role | null;
  /** The event's type; `expiry` or `rotation` where time alone did it. */
  readonly cause: string;
  readonly position: Position | null;
  readonly actor: Actor | null;
  /** Of a key, as it was called at the end. */
  readonly keyName: string | null;
}

/** Of one subject: what it had in a stretch of the log. */
export type Intervals = readonly [AccessSubject, ReadonlyArray<Interval>];

type Told = Omit<AccessChange, 'cause' | 'position' | 'actor' | 'keyName'> & { readonly by: End };

const endsOf = ([subject, intervals]: Intervals, after: Position): ReadonlyArray<Told> =>
  intervals.flatMap((interval, n): ReadonlyArray<Told> => {
    const { from, to, role, openedBy, closedBy } = interval;
    const [previous, next] = [intervals[n - 1], intervals[n + 1]];
    const goesOn = (one: Interval | undefined, other: Interval | undefined): boolean =>
      one?.closedBy?.position != null && one.closedBy.position === other?.openedBy.position;
    const wasThere = openedBy.position !== null && openedBy.position <= after;
    const opening: Told = goesOn(previous, interval)
      ? { at: from, subject, what: 'changed', before: previous?.role ?? null, after: role, by: openedBy }
      : { at: from, subject, what: 'gained', before: null, after: role, by: openedBy };
    const closing: ReadonlyArray<Told> =
      closedBy === null || to === null || goesOn(interval, next)
        ? []
        : [{ at: to, subject, what: 'lost', before: role, after: null, by: closedBy }];
    return [...(wasThere ? [] : [opening]), ...closing];
  });

/** What time ended at a moment is over before anything that was done then. */
const placeOf = ({ position }: AccessChange): Position => position ?? START;
const byTime = (one: AccessChange, other: AccessChange): number => {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  return placeOf(one) < placeOf(other) ? -1 : Number(placeOf(one) > placeOf(other));
};

/** Changes in the order in which they took effect. */
export const inOrder = (changes: ReadonlyArray<AccessChange>): ReadonlyArray<AccessChange> => [...changes].sort(byTime);

/** Every change in a stretch of the log, of one subject after the other. */
export const changesOf = (
  all: ReadonlyArray<Intervals>,
  log: TouchedLog,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): E.Either<StoreFailure, ReadonlyArray<AccessChange>> =>
  E.traverseArray(({ by: { cause, position }, ...change }: Told): E.Either<StoreFailure, AccessChange> => {
    const { type, id } = change.subject;
    const key = type === 'apiKey' ? keyDocument(log, to.position, id) : E.right(undefined);
    if (E.isLeft(key)) return key;
    const by = position === null ? E.right(null) : log.metadataAt(position);
    if (E.isLeft(by)) return by;
    const [actor, keyName] = [by.right?.actor ?? null, key.right?.name ?? null];
    return E.right({ ...change, cause, position, actor, keyName });
  })(all.flatMap((each) => endsOf(each, from.position)));
