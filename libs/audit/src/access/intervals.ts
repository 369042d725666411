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

const closedByTime = (open: Open, { end, endsBy }: Held): Interval => {
  const at = timestampOf(end);
  return { ...open, to: at, closedBy: { at, cause: endsBy, position: null } };
};

/**
 * When there was access: steps in the log's order in, intervals out. A change of role closes one and opens the next. What time
 * ends is ended up to `now` (in ms); an end that was put off before it came is no end.
 */
export const intervalsOf = (steps: ReadonlyArray<Step>, now: number): ReadonlyArray<Interval> => {
  const intervals: Interval[] = [];
  let open: Open | null = null;
  let held: Held | null = null;
  let latest = now;
  for (const step of steps) {
    const time = millisOf(step.time);
    if (open !== null && held !== null && held.end < time) {
      intervals.push(closedByTime(open, held));
      open = null;
    }
    const next: Held | null = step.held !== null && time < step.held.end ? step.held : null;
    if (open !== null && next?.role !== open.role) {
      // At the very moment of its end, an event that left it that end has not ended it.
      const leftAlone = step.held !== null && step.held.end > -Infinity;
      const ended = held !== null && held.end <= time && leftAlone ? held : null;
      intervals.push(ended === null ? closed(open, step) : closedByTime(open, ended));
      open = null;
    }
    if (open === null && next !== null) open = opened(step, next);
    held = next;
    latest = Math.max(latest, time);
  }
  if (open === null) return intervals;
  return [
    ...intervals,
    held !== null && held.end <= latest ? closedByTime(open, held) : { ...open, to: null, closedBy: null },
  ];
};
