import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Role, type Timestamp, timestampOf } from '#libs/kernel';
import { type Held, type Interval, intervalsOf, type Step } from './intervals.js';

const at = (seconds: number): Timestamp => timestampOf(seconds * 1000);
const key = (end = Infinity, endsBy: Held['endsBy'] = 'expiry'): Held => ({ role: null, end: end * 1000, endsBy });
const as = (role: Role): Held => ({ role, end: Infinity, endsBy: 'expiry' });

/** Of one event after the other, [second, what it was, what was held from then on, by its own clock]; each at the next position. */
type Told = readonly [number, string, Held | null, number?];
const told = (...events: ReadonlyArray<Told>): ReadonlyArray<Step> =>
  events.map(([second, cause, held, own = second], n) => ({
    position: BigInt(n + 1),
    time: at(second),
    at: at(own),
    cause,
    held,
  }));

const short = ({ from, to, role, openedBy, closedBy }: Interval) => [
  Date.parse(from) / 1000,
  to === null ? null : Date.parse(to) / 1000,
  role,
  openedBy.cause,
  closedBy?.cause ?? null,
];

const intervals = (now: number, ...events: ReadonlyArray<Told>) => intervalsOf(told(...events), now * 1000).map(short);

describe('when somebody had access', () => {
  it('goes on until something ends it, and begins anew with what begins it again', () => {
    expect(intervals(9, [1, 'Added', as('member')])).toEqual([[1, null, 'member', 'Added', null]]);
    expect(
      intervals(9, [1, 'Added', as('member')], [2, 'Removed', null], [5, 'Added', as('member')], [6, 'Blocked', null]),
    ).toEqual([
      [1, 2, 'member', 'Added', 'Removed'],
      [5, 6, 'member', 'Added', 'Blocked'],
    ]);
  });
  it('COL-08: a change of role ends one and begins the next, by the same event', () => {
    const [first, second] = intervalsOf(told([1, 'Added', as('member')], [3, 'Changed', as('admin')]), 9_000);
    expect([first, second].map((each) => each && short(each))).toEqual([
      [1, 3, 'member', 'Added', 'Changed'],
      [3, null, 'admin', 'Changed', null],
    ]);
    expect(first?.closedBy).toEqual(second?.openedBy);
  });
  it('nothing of nothing', () => expect(intervals(9, [1, 'Removed', null])).toEqual([]));
  it('is as short as no time at all, where two events have one time: at the position in between there was some', () => {
    expect(intervals(9, [1, 'Added', as('member')], [1, 'Removed', null])).toEqual([
      [1, 1, 'member', 'Added', 'Removed'],
    ]);
  });
});

describe('when a key was live', () => {
  it('AMB-17: up to its expiration, where nothing is written of it, and not at that very moment', () => {
    expect(intervals(5, [1, 'KeyCreated', key(5)])).toEqual([[1, 5, null, 'KeyCreated', 'expiry']]);
    expect(intervals(4.999, [1, 'KeyCreated', key(5)])).toEqual([[1, null, null, 'KeyCreated', null]]);
    const [only] = intervalsOf(told([1, 'KeyCreated', key(5)]), 9_000);
    expect(only?.closedBy).toEqual({ at: at(5), cause: 'expiry', position: null });
  });
  it('KEY-22: an expiration that was moved, or taken back, while it was live, is no end', () => {
    expect(intervals(9, [1, 'KeyCreated', key(5)], [4, 'KeyExpirationSet', key(8)])).toEqual([
      [1, 8, null, 'KeyCreated', 'expiry'],
    ]);
    expect(intervals(9, [1, 'KeyCreated', key(5)], [4, 'KeyExpirationCanceled', key()])).toEqual([
      [1, null, null, 'KeyCreated', null],
    ]);
    expect(intervals(9, [1, 'KeyCreated', key(5)], [2, 'KeyExpirationSet', key(3)])).toEqual([
      [1, 3, null, 'KeyCreated', 'expiry'],
    ]);
  });
  it('after its end, what a clock that ran behind let be written begins another one', () => {
    expect(intervals(9, [1, 'KeyCreated', key(3)], [4, 'KeyExpirationSet', key(8)])).toEqual([
      [1, 3, null, 'KeyCreated', 'expiry'],
      [4, 8, null, 'KeyExpirationSet', 'expiry'],
    ]);
    // At the very moment of its end there is no gap.
    expect(intervals(9, [1, 'KeyCreated', key(4)], [4, 'KeyExpirationSet', key(8)])).toEqual([
      [1, 8, null, 'KeyCreated', 'expiry'],
    ]);
  });
  it('an expiration that was set before the log came to it ends with the event', () => {
    expect(intervals(9, [1, 'KeyCreated', key()], [5, 'KeyExpirationSet', key(4)])).toEqual([
      [1, 5, null, 'KeyCreated', 'KeyExpirationSet'],
    ]);
  });
  it('a revocation is what ended it, also at the moment of its expiration, and nothing that comes after it', () => {
    expect(intervals(9, [1, 'KeyCreated', key(5)], [5, 'KeyRevoked', null])).toEqual([
      [1, 5, null, 'KeyCreated', 'KeyRevoked'],
    ]);
    expect(intervals(9, [1, 'KeyCreated', key(5)], [6, 'KeyRevoked', null])).toEqual([
      [1, 5, null, 'KeyCreated', 'expiry'],
    ]);
  });
  it('a rotation ends it at once, or when its overlap is over', () => {
    expect(intervals(9, [1, 'KeyCreated', key()], [2, 'KeyReplaced', key(-Infinity, 'rotation')])).toEqual([
      [1, 2, null, 'KeyCreated', 'KeyReplaced'],
    ]);
    expect(intervals(9, [1, 'KeyCreated', key()], [2, 'KeyReplaced', key(7, 'rotation')])).toEqual([
      [1, 7, null, 'KeyCreated', 'rotation'],
    ]);
    expect(
      intervals(9, [1, 'KeyCreated', key(5)], [2, 'KeyReplaced', key(5, 'rotation')], [6, 'ProjectArchived', null]),
    ).toEqual([[1, 5, null, 'KeyCreated', 'rotation']]);
  });
  it('an archive ends it, and its end begins it, unless its time was over meanwhile', () => {
    const archived = [
      [1, 'KeyCreated', key(5)],
      [2, 'ProjectArchived', null],
    ] as const;
    expect(intervals(9, ...archived, [4, 'ProjectUnarchived', key(5)])).toEqual([
      [1, 2, null, 'KeyCreated', 'ProjectArchived'],
      [4, 5, null, 'ProjectUnarchived', 'expiry'],
    ]);
    expect(intervals(9, ...archived, [5, 'ProjectUnarchived', key(5)])).toEqual([
      [1, 2, null, 'KeyCreated', 'ProjectArchived'],
    ]);
  });
});

describe('AMB-17: when a key was live, after a clock that ran ahead has written at 60', () => {
  const made: Told = [60, 'KeyCreated', key(10), 1];

  it('it goes on until the clock comes to its end, and was there for no time of the log', () => {
    expect(intervals(9, made)).toEqual([[60, null, null, 'KeyCreated', null]]);
    expect(intervals(10, made)).toEqual([[60, 60, null, 'KeyCreated', 'expiry']]);
    expect(intervals(70, made)).toEqual([[60, 60, null, 'KeyCreated', 'expiry']]);
    const [only] = intervalsOf(told(made), 70_000);
    expect([only?.openedBy.at, only?.closedBy]).toEqual([at(1), { at: at(10), cause: 'expiry', position: null }]);
  });
  it('what ended it by the clocks of who wrote is what ended it', () => {
    expect(intervals(70, made, [60, 'KeyRevoked', null, 5])).toEqual([[60, 60, null, 'KeyCreated', 'KeyRevoked']]);
    expect(intervals(70, made, [60, 'KeyRevoked', null, 11])).toEqual([[60, 60, null, 'KeyCreated', 'expiry']]);
    expect(intervals(6, made, [60, 'KeyRevoked', null, 5])).toEqual([[60, 60, null, 'KeyCreated', 'KeyRevoked']]);
    expect(intervals(70, made, [60, 'KeyExpirationCanceled', key(), 5])).toEqual([
      [60, null, null, 'KeyCreated', null],
    ]);
  });
  it('of a time that the clock has still to come to nothing has ended', () => {
    const before: Told = [1, 'KeyCreated', key(10)];
    const later: Told = [60, 'KeyExpirationSet', key(40), 5];
    expect(intervals(6, before, later)).toEqual([[1, null, null, 'KeyCreated', null]]);
    expect(intervals(70, before, later)).toEqual([
      [1, 10, null, 'KeyCreated', 'expiry'],
      [60, 60, null, 'KeyExpirationSet', 'expiry'],
    ]);
  });
});

const anyHeld = fc.option(
  fc.record({
    role: fc.constantFrom<Role | null>('admin', 'member', null),
    end: fc.constantFrom(-Infinity, Infinity, 0, 1_000, 2_000, 3_000, 4_000, 5_000),
    endsBy: fc.constantFrom<Held['endsBy']>('expiry', 'rotation'),
  }),
);
const anySteps = fc
  .array(fc.tuple(fc.nat({ max: 5 }), anyHeld, fc.nat({ max: 5 })), { maxLength: 8 })
  .map((events) => events.map((each) => each).sort(([one], [other]) => one - other))
  // A clock may have run behind the log's time, and never ahead of it.
  .map((events) =>
    told(...events.map(([second, held, own]) => [second, 'Happened', held, Math.min(own, second)] as const)),
  );

it('is in one of them at each moment at which it was held, and in none at any other', () => {
  fc.assert(
    fc.property(anySteps, fc.constantFrom(6_000, 2_500, 1_000), (steps, now) => {
      const found = intervalsOf(steps, now);
      for (const moment of [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 4_500, 5_000, 5_500]) {
        const held = steps.findLast(({ time }) => Date.parse(time) <= moment)?.held ?? null;
        const inside = found.filter(
          ({ from, to }) => Date.parse(from) <= moment && (to === null || moment < Date.parse(to)),
        );
        const isLive = held !== null && Math.min(moment, now) < held.end;
        expect(inside.map(({ role }) => role)).toEqual(isLive ? [held.role] : []);
      }
    }),
  );
});
