import type { Position } from '#libs/event-store';
import { millisOf, type Role, type Timestamp, timestampOf } from '#libs/kernel';

/** What somebody or something had from an event on, and when time alone takes it away. */
export interface Held {
  /** Null for a key, which has none (AMB-14). */
  readonly role: Role | null;
  /** In ms since 1970; Infinity for never. At that very moment it is over (AMB-17). */
  readonly end: number;
  readonly endsBy: 'expiry' | 'rotation';
}

/** From this event on, it was `held`; null for nothing. */
export interface Step {
  readonly position: Position;
  /** The time that the position stands for: never before an earlier one's, whatever the clocks said. */
  readonly time: Timestamp;
  /** When it was done, by the clock of who wrote it. */
  readonly at: Timestamp;
  readonly cause: string;
  readonly held: Held | null;
}

/** What began or ended access: an event, or (without a position) the time alone. */
export interface End {
  readonly at: Timestamp;
  readonly cause: string;
  readonly position: Position | null;
}

/** From `from` (inclusive) to `to` (exclusive); null while it goes on. */
export interface Interval {
  readonly from: Timestamp;
  readonly to: Timestamp | null;
  readonly role: Role | null;
  readonly openedBy: End;
  readonly closedBy: End | null;
}

type Open = Omit<Interval, 'to' | 'closedBy'>;

const byEvent = ({ at, cause, position }: Step): End => ({ at, cause, position });
const opened = (step: Step, { role }: Held): Open => ({ from: step.time, role, openedBy: byEvent(step) });
const closed = (open: Open, step: Step): Interval => ({ ...open, to: step.time, closedBy: byEvent(step) });

/** What was held from a step on, and still is. */
interface Holding {
  readonly held: Held;
  readonly since: Timestamp;
}

/** No interval ends before what was held last began: by the log's time, it may have been over by then. */
const closedByTime = (open: Open, { held: { end, endsBy }, since }: Holding): Interval => {
  const at = timestampOf(end);
  return { ...open, to: at < since ? since : at, closedBy: { at, cause: endsBy, position: null } };
};

/** What the clock was at when a step came: the log's time; while that stands still, since a clock ran ahead, that of who wrote it. */
const clockAt = ({ time, at }: Step, { since }: Holding): number => millisOf(time === since ? at : time);

/**
 * When there was access: steps in the log's order in, intervals out. A change of role closes one and opens the next. What time
 * ends is ended up to `now` (in ms); an end that was put off before it came is no end. What by the log's time was over before it
 * began, and not by the clock of who wrote it, was there for an interval of no length.
 */
export const intervalsOf = (steps: ReadonlyArray<Step>, now: number): ReadonlyArray<Interval> => {
  const intervals: Interval[] = [];
  let open: Open | null = null;
  let holding: Holding | null = null;
  for (const step of steps) {
    // What no clock that is right has come to is no time that has passed.
    const over: Holding | null = holding !== null && holding.held.end <= now ? holding : null;
    if (open !== null && over !== null && over.held.end < clockAt(step, over)) {
      intervals.push(closedByTime(open, over));
      open = null;
    }
    const next: Held | null = step.held !== null && Math.min(millisOf(step.at), now) < step.held.end ? step.held : null;
    if (open !== null && next?.role !== open.role) {
      // At the very moment of its end, an event that left it that end has not ended it.
      const leftAlone = step.held !== null && step.held.end > -Infinity;
      const ended: Holding | null = over !== null && over.held.end <= clockAt(step, over) && leftAlone ? over : null;
      intervals.push(ended === null ? closed(open, step) : closedByTime(open, ended));
      open = null;
    }
    if (open === null && next !== null) open = opened(step, next);
    holding = next === null ? null : { held: next, since: step.time };
  }
  if (open === null) return intervals;
  const isOver = holding !== null && holding.held.end <= now;
  return [
    ...intervals,
    isOver && holding !== null ? closedByTime(open, holding) : { ...open, to: null, closedBy: null },
  ];
};
