import { setTimeout as sleep } from 'node:timers/promises';
import { type Position, START, type StreamName, type Subscription } from '../event-store.js';
import { Progress } from '../progress.js';
import { StreamEnds } from '../stream-ends.js';

/** How long a reader waits for the tail before it asks the server itself, in ms. */
const PATIENCE = 1_000;

/** How long before a lost subscription is taken up again, in ms. */
const PAUSE = 250;

/** What the tail needs of the store. Both fail by throwing. */
export interface Followed {
  readonly head: () => Promise<Position>;
  readonly subscribe: (after: Position) => Subscription;
}

/**
 * Where streams end, without asking for each: a command looks at half a dozen that hardly ever change. One question for
 * the head of the log, asked after the reader came and shared by all who came meanwhile; once this side has seen the log up to there,
 * a stream whose last event was seen has nothing newer. So the answer is as fresh as the server's own would be, and never from memory alone.
 */
export class Tail {
  private readonly ends = new StreamEnds();
  private readonly progress = new Progress();
  private running: Promise<void> | undefined;
  private subscription: Subscription | undefined;
  private stopped = false;
  private replacedAt = -Infinity;
  private asking: Promise<Position> | undefined;
  private next: Promise<Position> | undefined;

  constructor(private readonly followed: Followed) {}

  /** True when the stream is known to have no event from this revision on; false when the server has to be asked. */
  async isPast(stream: StreamName, revision: number): Promise<boolean> {
    if (!this.ends.isPast(stream, revision)) return false;
    try {
      const head = await this.headFromNowOn();
      const { position } = this.progress;
      if (await this.progress.reached(head, PATIENCE)) return this.ends.isPast(stream, revision);
      if (this.progress.position === position) this.replace();
      return false;
    } catch {
      return false;
    }
  }

  /**
   * To be called before the server is asked where a stream ends, and what it gives back with the answer. Only an answer from a
   * time when the log was followed already may be believed later.
   */
  watch(): (stream: StreamName, revision: number) => void {
    this.running ??= this.follow();
    if (this.progress.position === START) return () => undefined;
    return (stream, revision) => {
      this.ends.saw(stream, revision);
    };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.subscription?.close();
    await this.running;
  }

  /** A head that was asked for after the call, or with it. */
  private headFromNowOn(): Promise<Position> {
    if (this.asking === undefined) return this.ask();
    // What is on its way was asked before: it may not know yet what was acknowledged since.
    this.next ??= this.asking.then(
      () => this.ask(),
      () => this.ask(),
    );
    return this.next;
  }

  private ask(): Promise<Position> {
    this.next = undefined;
    const asked = this.followed.head().finally(() => {
      if (this.asking === asked) this.asking = undefined;
    });
    this.asking = asked;
    return asked;
  }

  /** The log goes on and nothing of it arrives: the subscription is dead, whatever it says. */
  private replace(): void {
    if (performance.now() - this.replacedAt < PATIENCE) return;
    this.replacedAt = performance.now();
    this.subscription?.close();
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private async follow(): Promise<void> {
    while (!this.isStopped()) {
      try {
        if (this.progress.position === START) this.progress.position = await this.followed.head();
        this.subscription = this.followed.subscribe(this.progress.position);
        for await (const { events, position } of this.subscription) {
          for (const { stream, revision } of events) this.ends.saw(stream, revision);
          this.progress.position = position;
          this.progress.wake();
        }
      } catch {
        // Whoever waits for it asks the server meanwhile, and is told what is wrong.
      }
      if (!this.isStopped()) await sleep(PAUSE, undefined, { ref: false });
    }
  }
}
