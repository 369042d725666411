import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { START } from '../event-store.js';
import { fromOf, isKnown, logPositionOf, positionOf } from './log-position.js';

const half = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const anyPosition = fc.record({ commit: half, prepare: half });

describe('a position of EventStoreDB, as one number', () => {
  it('keeps both halves', () => {
    fc.assert(
      fc.property(anyPosition, (at) => {
        expect(logPositionOf(positionOf(at))).toEqual(at);
      }),
    );
  });

  it('is ordered as the log is: by commit, then by prepare', () => {
    fc.assert(
      fc.property(anyPosition, anyPosition, (one, other) => {
        const after = one.commit === other.commit ? one.prepare > other.prepare : one.commit > other.commit;
        expect(positionOf(one) > positionOf(other)).toBe(after);
      }),
    );
  });

  it('fits into a position token: 128 bits', () => {
    expect(positionOf({ commit: 2n ** 63n - 1n, prepare: 2n ** 63n - 1n }) >> 128n).toBe(0n);
  });

  it('has the beginning of the log as no position at all', () => {
    expect(fromOf(START)).toBe('start');
    expect(fromOf(positionOf({ commit: 5n, prepare: 4n }))).toEqual({ commit: 5n, prepare: 4n });
  });

  it('is none where the server has written −1, or nothing', () => {
    expect([undefined, { commit: 2n ** 64n - 1n, prepare: 2n ** 64n - 1n }].map(isKnown)).toEqual([false, false]);
    expect(isKnown({ commit: 0n, prepare: 0n })).toBe(true);
  });
});
