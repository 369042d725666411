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

/** Checks this node's state against the log all the time, slowly. It mends nothing: it says so. */
export class RebuildWatch {
  last: LastCheck | null = null;
  /** How far the check that is under way is, from 0 to 1; null between two. */
  done: number | null = null;
  /** Checks that could not be finished in a row. */
  failures = 0;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    readonly check: RebuildCheck,
    private readonly onChecked: (report: RebuildReport) => void,
    private readonly onTrouble: (failure: unknown) => void,
    private readonly times = usual,
  ) {}

  start(): void {
    this.running ??= this.run().catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Ends by its signal alone. */
  private async run(): Promise<void> {
    const { signal } = this.stopping;
    await sleep(this.times.first, undefined, { ref: false, signal });
    for (;;) {
      await this.once(signal);
      await sleep(this.times.rest, undefined, { ref: false, signal });
    }
  }

  private async once(signal: AbortSignal): Promise<void> {
    const { share } = this.times;
    try {
      const onProgress = (done: number) => {
        this.done = done;
      };
      const report = await this.check.run({ share, onProgress, signal });
      this.last = { at: Date.now(), report };
      this.failures = 0;
      this.onChecked(report);
    } catch (failure) {
      if (signal.aborted) return;
      this.failures += 1;
      this.onTrouble(failure);
    } finally {
      this.done = null;
    }
  }
}
