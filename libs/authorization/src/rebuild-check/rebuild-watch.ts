import { setTimeout as sleep } from 'node:timers/promises';
import type { RebuildCheck, RebuildReport } from './rebuild-check.js';

/** When the last check ended, in ms since 1970, and what came of it. */
export interface LastCheck {
  readonly at: number;
  readonly report: RebuildReport;
}

interface Times {
  /** From the start to the first check, and from the end of one to the next, in ms. */
  readonly first: number;
  readonly rest: number;
  /** Of the time, while it checks. */
  readonly share: number;
}

const usual: Times = { first: 60_000, rest: 600_000, share: 0.05 };

/** Checks this node's state against the log all the time, slowly, and at once when it is asked to. It mends nothing: it says so. */
export class RebuildWatch {
  last: LastCheck | null = null;
  /** How far the check that is under way is, from 0 to 1; null between two. */
  done: number | null = null;
  /** Checks of its own that could not be finished in a row. */
  failures = 0;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  /** What stops the check of its own that is under way, or waits for its turn. */
  private own = new AbortController();
  private asked: AbortSignal | undefined;
  /** When whatever was begun before is over: one check at a time. */
  private free: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly check: Pick<RebuildCheck, 'run'>,
    private readonly onChecked: (report: RebuildReport) => void,
    private readonly onTrouble: (failure: unknown) => void,
    private readonly times = usual,
  ) {}

  start(): void {
    this.running ??= this.run().catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.own.abort();
    await this.running;
  }

  /** A check at once, before which its own gives way; undefined where somebody else's is under way. Rejects as the check does. */
  now(share: number, signal: AbortSignal): Promise<RebuildReport> | undefined {
    if (this.asked?.aborted === false) return undefined;
    this.asked = signal;
    this.own.abort();
    return this.inTurn(() => this.once(share, signal)).finally(() => {
      if (this.asked === signal) this.asked = undefined;
    });
  }

  /** Ends by its signal alone. */
  private async run(): Promise<void> {
    const { signal } = this.stopping;
    await sleep(this.times.first, undefined, { ref: false, signal });
    for (;;) {
      await this.unasked();
      await sleep(this.times.rest, undefined, { ref: false, signal });
    }
  }

  private async unasked(): Promise<void> {
    const { signal } = (this.own = new AbortController());
    try {
      await this.inTurn(() => this.once(this.times.share, signal));
    } catch (failure) {
      if (signal.aborted) return;
      this.failures += 1;
      this.onTrouble(failure);
    }
  }

  private inTurn<A>(work: () => Promise<A>): Promise<A> {
    const done = this.free.then(work);
    this.free = done.catch(() => undefined);
    return done;
  }

  private async once(share: number, signal: AbortSignal): Promise<RebuildReport> {
    try {
      const onProgress = (done: number) => {
        this.done = done;
      };
      const report = await this.check.run({ share, onProgress, signal });
      this.last = { at: Date.now(), report };
      this.failures = 0;
      this.onChecked(report);
      return report;
    } finally {
      this.done = null;
    }
  }
}
