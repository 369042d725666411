import { setTimeout as sleep } from 'node:timers/promises';
import { E } from '#libs/kernel';
import {
  type Batch,
  type EventStore,
  type Position,
  Progress,
  type RecordedEvent,
  START,
  StoreFailed,
  type StoreFailure,
  type StreamName,
  type Subscription,
} from '#libs/event-store';
import { isPlumbing, trailEvent } from './trail-event.js';
import type { TrailEnd, TrailIndex } from './trail-index.js';

/** Whether this release can read an event: what it cannot read it cannot make harmless either. */
export type Readability = (recorded: RecordedEvent) => E.Either<StoreFailure, unknown>;

type Status = 'catching-up' | 'live' | 'halted' | 'stopped';

/** In ms: the longest pause before a lost subscription, or a trail that could not be written, is tried again. */
const LONGEST_PAUSE = 2_000;

/** Carries the log into the trail, from a subscription of its own: nothing else waits for it. */
export class TrailFeed {
  status: Status = 'catching-up';
  private readonly progress = new Progress();
  private subscription: Subscription | undefined;
  private running: Promise<void> | undefined;
  private last: TrailEnd['last'] = null;

  constructor(
    private readonly store: EventStore,
    private readonly index: TrailIndex,
    private readonly readable: Readability,
    private readonly onTrouble: (failure: unknown) => void = () => undefined,
  ) {}

  /** Everything up to here is in the trail. */
  get position(): Position {
    return this.progress.position;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** True once everything up to `position` is in the trail; false when `ms` passed first. */
  reached(position: Position, ms: number): Promise<boolean> {
    return this.progress.reached(position, ms);
  }

  async stop(): Promise<void> {
    this.status = 'stopped';
    this.progress.stop();
    this.subscription?.close();
    await this.running;
    await this.index.close();
  }

  private stopped(): boolean {
    return this.status === 'stopped';
  }

  private async run(): Promise<void> {
    let opened = false;
    for (let pause = 50; !this.stopped(); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        if (!opened) await this.open();
        opened = true;
        this.subscription = this.store.subscribe({ after: this.position });
        for await (const batch of this.subscription) {
          await this.take(batch);
          pause = 50;
        }
      } catch (failure) {
        this.onTrouble(failure);
        if (failure instanceof StoreFailed && failure.failure._tag === 'CorruptEvent') {
          this.status = 'halted';
          return;
        }
      }
      if (!this.stopped()) await sleep(pause, undefined, { ref: false });
    }
  }

  /** What the trail has is of this log only as far as the log still has it: a log restored from a backup may have less. */
  private async open(): Promise<void> {
    const end = await this.index.open(this.store.logId);
    if (!(await this.isOfThisLog(end))) {
      await this.index.clear();
      return;
    }
    this.progress.position = end.position;
    this.last = end.last;
  }

  private async isOfThisLog({ position, last }: TrailEnd): Promise<boolean> {
    if (last === null) return position === START;
    const found = await this.store.read(last.stream as StreamName, { from: last.revision, limit: 1 })();
    if (E.isLeft(found)) throw new StoreFailed(found.left);
    return found.right[0]?.id === last.id;
  }

  private async take(batch: Batch): Promise<void> {
    const news = batch.events.filter(({ position }) => position > this.position);
    const told = news.filter((recorded) => !isPlumbing(recorded));
    const events = told.map((recorded) => {
      const readable = this.readable(recorded);
      const event = E.isLeft(readable) ? readable : trailEvent(recorded);
      if (E.isLeft(event)) throw new StoreFailed(event.left);
      return event.right;
    });
    const end = told.at(-1);
    if (end !== undefined) this.last = { id: end.id, stream: end.stream, revision: end.revision };
    const position = batch.position > this.position ? batch.position : this.position;
    if (events.length > 0) await this.index.append(events, { position, last: this.last });
    this.progress.position = position;
    if (batch.caughtUp && this.status === 'catching-up') this.status = 'live';
    this.progress.wake();
  }
}
