import { setTimeout as sleep } from 'node:timers/promises';
import { E, type Recorded } from '#libs/kernel';
import {
  type Batch,
  categoryOf,
  corrupt,
  eventOf,
  type EventStore,
  type Position,
  Progress,
  type Readable,
  recordedAs,
  type RecordedEvent,
  StoreFailed,
  type StoreFailure,
  type Subscription,
} from '#libs/event-store';

/** One category that a read model folds. `apply` gets that category's events, decoded, in log order, each once. */
export interface Follows {
  readonly category: string;
  readonly events: Readable<{ readonly type: string }>;
  apply(recorded: Recorded<never>): void;
}

export interface ReadModel {
  readonly follows: ReadonlyArray<Follows>;
}

/** Ties a handler to the codec of its category: what the codec reads is what the handler gets. */
export const follow = <Ev extends { readonly type: string }>(
  { category, events }: { readonly category: string; readonly events: Readable<Ev> },
  apply: (recorded: Recorded<Ev>) => void,
): Follows => ({ category, events, apply });

export type ReadSideStatus =
  | { readonly state: 'catching-up' | 'live' | 'stopped' }
  /** An event could not be read. Nothing after it is applied: skipping a revocation would be granting access. */
  | { readonly state: 'halted'; readonly failure: StoreFailure };

/**
 * Feeds every read model of this process from one subscription, in log order. Lost subscriptions are taken up again
 * from the last position, with nothing skipped and nothing applied twice.
 */
export class ReadSide {
  status: ReadSideStatus = { state: 'catching-up' };
  private readonly progress = new Progress();
  private readonly handlers = new Map<string, Follows[]>();
  private readonly batchListeners: Array<() => void> = [];
  private subscription: Subscription | undefined;
  private running: Promise<void> | undefined;

  /** `passedOver`: categories of this release that no read model folds. Any other unknown category halts. */
  constructor(
    private readonly store: EventStore,
    models: ReadonlyArray<ReadModel>,
    private readonly passedOver: ReadonlySet<string>,
    private readonly onTrouble: (failure: unknown) => void = () => undefined,
  ) {
    for (const follows of models.flatMap((model) => model.follows))
      this.handlers.set(follows.category, [...(this.handlers.get(follows.category) ?? []), follows]);
  }

  get position(): Position {
    return this.progress.position;
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.status = { state: 'stopped' };
    this.progress.stop();
    this.subscription?.close();
    await this.running;
  }

  /** True once everything up to `position` is applied; false when `ms` passed first. */
  reached(position: Position, ms: number): Promise<boolean> {
    return this.progress.reached(position, ms);
  }

  /** Called after every batch, also an empty one: the subscription has just shown that it lives. */
  onBatch(listener: () => void): void {
    this.batchListeners.push(listener);
  }

  /** For a subscription that has gone quiet without a word: another takes over, from the last position. */
  resubscribe(): void {
    this.subscription?.close();
  }

  private stopped(): boolean {
    return this.status.state === 'stopped' || this.status.state === 'halted';
  }

  private async run(): Promise<void> {
    for (let pause = 50; !this.stopped(); pause = Math.min(pause * 2, 2_000)) {
      try {
        this.subscription = this.store.subscribe({ after: this.position });
        for await (const batch of this.subscription) {
          pause = 50;
          this.take(batch);
          if (this.stopped()) return;
        }
      } catch (failure) {
        this.onTrouble(failure);
        if (failure instanceof StoreFailed && failure.failure._tag === 'CorruptEvent')
          this.status = { state: 'halted', failure: failure.failure };
      }
      if (!this.stopped()) await sleep(pause, undefined, { ref: false });
    }
  }

  private take(batch: Batch): void {
    for (const recorded of batch.events) {
      // A redelivered event is passed over: the effect is exactly once.
      if (recorded.position <= this.position) continue;
      const failure = this.apply(recorded);
      if (failure !== undefined) {
        this.status = { state: 'halted', failure };
        this.onTrouble(failure);
        return;
      }
      this.progress.position = recorded.position;
    }
    if (batch.position > this.position) this.progress.position = batch.position;
    if (batch.caughtUp && this.status.state === 'catching-up') this.status = { state: 'live' };
    for (const listener of this.batchListeners) listener();
    this.progress.wake();
  }

  private apply(recorded: RecordedEvent): StoreFailure | undefined {
    const category = categoryOf(recorded.stream);
    const handlers = this.handlers.get(category);
    if (handlers === undefined)
      return this.passedOver.has(category) ? undefined : corrupt(recorded, `unknown category ${category}`);
    const codec = handlers[0]?.events;
    if (codec === undefined) return undefined;
    const event = eventOf(codec, recorded);
    if (E.isLeft(event)) return event.left;
    // The codec of this category made it, and `follow` ties handlers to that codec.
    const typed = recordedAs(recorded, event.right as never);
    for (const handler of handlers) handler.apply(typed);
    return undefined;
  }
}
