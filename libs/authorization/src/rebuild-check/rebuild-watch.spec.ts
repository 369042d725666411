import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RebuildOptions, RebuildReport } from './rebuild-check.js';
import { RebuildWatch } from './rebuild-watch.js';

const report = (differences: number): RebuildReport => ({
  position: 7n,
  digest: '0'.repeat(64),
  events: 7,
  streams: 3,
  differences,
  differing: [],
});

/** A check that somebody ends by hand; it ends by its signal, too, in a later turn. */
class HeldCheck {
  readonly shares: number[] = [];
  atOnce = 0;
  most = 0;
  end: (differences: number) => void = () => undefined;

  async run({ share = 1, onProgress, signal }: RebuildOptions = {}): Promise<RebuildReport> {
    this.shares.push(share);
    this.atOnce += 1;
    this.most = Math.max(this.most, this.atOnce);
    onProgress?.(0.25);
    try {
      return await new Promise<RebuildReport>((resolve, reject) => {
        this.end = (differences) => {
          resolve(report(differences));
        };
        const stopped = () => void setImmediate(reject, new Error('stopped'));
        if (signal?.aborted === true) stopped();
        else signal?.addEventListener('abort', stopped);
      });
    } finally {
      this.atOnce -= 1;
    }
  }
}

const turns = (ms = 10): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let check: HeldCheck;
let told: RebuildReport[];
let troubles: unknown[];
let watch: RebuildWatch;

beforeEach(() => {
  check = new HeldCheck();
  [told, troubles] = [[], []];
  const times = { first: 1, rest: 5, share: 0.05 };
  watch = new RebuildWatch(
    check,
    (each) => told.push(each),
    (failure) => troubles.push(failure),
    times,
  );
});

describe('a check that somebody asks for', () => {
  it('is told like any other, and is the last one', async () => {
    const asked = watch.now(0.5, new AbortController().signal);
    await turns();
    expect(watch.done).toBe(0.25);
    check.end(2);
    expect(await asked).toEqual(report(2));
    expect([told, watch.last?.report, watch.done]).toEqual([[report(2)], report(2), null]);
  });

  it('comes before the one that goes on all the time, which begins again later', async () => {
    watch.start();
    await turns(20);
    const asked = watch.now(0.5, new AbortController().signal);
    await turns();
    expect(check.shares).toEqual([0.05, 0.5]);
    check.end(1);
    await asked;
    await turns(30);
    expect([check.shares, check.most]).toEqual([[0.05, 0.5, 0.05], 1]);
    check.end(0);
    await turns();
    expect([told.map(({ differences }) => differences), watch.failures, troubles]).toEqual([[1, 0], 0, []]);
    await watch.stop();
  });

  it('is refused while another is under way, and not where that one is given up', async () => {
    const first = new AbortController();
    const gone = watch.now(0.5, first.signal);
    expect(watch.now(0.5, new AbortController().signal)).toBeUndefined();
    await turns();
    first.abort();
    const second = watch.now(0.5, new AbortController().signal);
    await expect(gone).rejects.toThrow('stopped');
    await turns();
    check.end(0);
    expect(await second).toEqual(report(0));
    const third = watch.now(0.5, new AbortController().signal);
    await turns();
    check.end(0);
    await third;
    expect([check.most, told.length, watch.failures]).toEqual([1, 2, 0]);
  });
});
