import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { E } from '#libs/kernel';
import type { Unreported } from './unreported.js';
import { ADDRESS_KEPT } from './use.js';
import { type UsesUnavailable, type UseStore, usesUnavailable } from './use-store.js';
import { within } from './within.js';

/** How often a node reports, in ms: so a key is written once in this time at most, and a kill loses no more. */
const INTERVAL = 10_000;

/** Keys in one transaction: some 1 ms of the event loop where the store is a file that holds a million. */
const PART = 100;

/** In ms, between two transactions: so that reporting many keys takes a tenth of the event loop, and not all of it. */
const PAUSE = 10;

const DAY = 86_400_000;

/** Carries what this node has seen to the store, in the background. Nothing but `stop` ever waits for it. */
export class Reporter {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<boolean> | undefined;
  private stopping = false;
  private told = false;
  private forgotAt = 0;

  constructor(
    private readonly unreported: Unreported,
    private readonly store: UseStore,
    private readonly node: string,
    /** Called once for a trouble that lasts, and not for each time it is met. */
    private readonly onTrouble: (failure: UsesUnavailable) => void,
    /** How far this node has applied the log; null where it can't be told. */
    private readonly position: () => bigint | null,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => void this.report(), INTERVAL);
    void this.report();
  }

  /** True when all that this node had seen before now is in the store. One at a time. */
  report(): Promise<boolean> {
    this.running ??= this.work()
      .catch((cause: unknown) => this.tell(usesUnavailable(cause)))
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  /** Reports what is left, if the store takes it in so many ms. */
  async stop(patience: number): Promise<void> {
    clearInterval(this.timer);
    this.stopping = true;
    const done = await within(this.last(), patience);
    if (done === undefined) this.tell({ _tag: 'UsesUnavailable', cause: 'it did not take the last report in time' });
  }

  private async last(): Promise<true> {
    if (this.timer === undefined) return true;
    await this.running;
    if ((await this.report()) && (await this.report())) await this.store.leave(this.node)();
    return true;
  }

  private async work(): Promise<boolean> {
    // Before anything is waited for: what it is now is what it was at that time, or less.
    const position = this.position();
    const at = this.unreported.take(Date.now());
    for (let part = this.unreported.part(PART); part.length > 0; part = this.unreported.part(PART)) {
      const merged = await this.store.merge(part)();
      if (E.isLeft(merged)) return this.tell(merged.left);
      this.unreported.reported(part);
      await this.pause();
    }
    const { lostBefore } = this.unreported;
    const reported = await this.store.report({ node: this.node, at, position, lostBefore })();
    if (E.isLeft(reported)) return this.tell(reported.left);
    if (this.unreported.lostBefore === lostBefore) this.unreported.lostBefore = null;
    this.told = false;
    await this.forget(Date.now());
    return true;
  }

  private tell(failure: UsesUnavailable): false {
    if (!this.told) this.onTrouble(failure);
    this.told = true;
    return false;
  }

  /** Once a day, and a day before the time: so no address is kept longer, as long as any node runs. */
  private async forget(now: number): Promise<void> {
    if (now < this.forgotAt + DAY) return;
    this.forgotAt = now;
    for (let after: string | null = ''; after !== null && !this.stopping;) {
      const next = await this.store.forget({ before: now - ADDRESS_KEPT + DAY, after, most: PART })();
      if (E.isLeft(next)) {
        this.forgotAt = 0;
        return;
      }
      after = next.right;
      await this.pause();
    }
  }

  /** Who stops is in a hurry, and lets others run all the same. */
  private async pause(): Promise<void> {
    await (this.stopping ? immediate() : sleep(PAUSE));
  }
}
