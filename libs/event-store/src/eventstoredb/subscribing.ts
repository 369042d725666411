import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import { type Batch, type Position, type RecordedEvent, type Subscribe, type Subscription } from '../event-store.js';
import { categoryOf } from '../metadata.js';
import { StoreFailed, unavailable } from '../store-failed.js';
import { isSystem, recorded } from './recorded.js';
import { troubleOf } from './trouble.js';

/** How long the server may take to confirm a subscription, in ms. */
const CONFIRMATION = 5_000;

/** Events in one batch at most, and about as many that wait here unread: then the server is made to wait. */
export const BATCH = 500;

/** What a subscription needs of the store. Both fail with `StoreFailed`. */
export interface Source {
  readonly head: () => Promise<Position>;
  readonly open: (after: Position) => AllStreamSubscription;
  /** Calls back when the store is closed. */
  readonly onClose: (closed: () => void) => () => void;
}

/**
 * Everything after a position, the server's own events and whatever it delivers a second time left out. It ends for good with
 * whatever goes wrong, by throwing: the client never takes a lost one up again, and it tells of a loss in four ways.
 */
export class EventStoreDbSubscription implements Subscription {
  private closed = false;
  private failure: StoreFailed | undefined;
  /** An event that cannot be read: nothing after it is looked at. */
  private unreadable: StoreFailed | undefined;
  private live: AllStreamSubscription | undefined;
  private confirmed = false;
  private wake = (): void => undefined;

  constructor(
    private readonly source: Source,
    private readonly options: Subscribe,
  ) {}

  close(): void {
    this.closed = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    const off = this.source.onClose(() => {
      this.fail('it is closed');
    });
    try {
      // Whoever has this much has caught up with what there was when it began.
      const head = await this.source.head();
      this.open();
      await this.confirmation();
      yield* this.batches(head);
    } finally {
      off();
      // Else the call stays open, and the server goes on sending.
      void this.live?.unsubscribe().catch(() => undefined);
    }
  }

  private async *batches(head: Position): AsyncGenerator<Batch> {
    let position = this.options.after;
    let told = false;
    while (!this.closed) {
      const found = this.waiting();
      const before = position;
      const events: RecordedEvent[] = [];
      for (const event of found) {
        // Twice, or older than what came before: it was delivered already.
        if (event.position <= position) continue;
        position = event.position;
        if (this.isWanted(event)) events.push(event);
      }
      const drained = found.length < BATCH;
      const caughtUp = drained && position >= head;
      if (position > before || (caughtUp && !told)) {
        told ||= caughtUp;
        yield { events, position, caughtUp };
      } else if (drained) {
        // What came before the failure has been delivered; nothing more will.
        if (this.unreadable !== undefined) throw this.unreadable;
        if (this.failure !== undefined) throw this.failure;
        await this.news();
      }
    }
  }

  private open(): void {
    if (this.closed) return;
    const live = this.source.open(this.options.after);
    this.live = live;
    live.on('confirmation', () => {
      this.confirmed = true;
      this.wake();
    });
    live.on('readable', () => {
      this.wake();
    });
    live.on('error', (error: unknown) => {
      const trouble = troubleOf(error);
      this.fail('cause' in trouble ? trouble.cause : trouble.kind);
    });
    for (const ended of ['end', 'close'] as const)
      live.on(ended, () => {
        this.fail('EventStoreDB has ended the subscription');
      });
  }

  private async confirmation(): Promise<void> {
    const timer = setTimeout(() => {
      this.fail(`EventStoreDB has not confirmed a subscription for ${String(CONFIRMATION)} ms`);
    }, CONFIRMATION);
    try {
      while (!this.confirmed && !this.closed) {
        if (this.failure !== undefined) throw this.failure;
        await this.news();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  private fail(cause: string): void {
    if (this.closed) return;
    this.failure ??= new StoreFailed(unavailable(cause));
    this.wake();
  }

  /** What has come, and nothing that would have to be waited for. */
  private waiting(): ReadonlyArray<RecordedEvent> {
    const events: RecordedEvent[] = [];
    while (events.length < BATCH && this.unreadable === undefined) {
      const next = this.live?.read() as AllStreamResolvedEvent | null | undefined;
      if (next === null || next === undefined) break;
      if (next.event === undefined || isSystem(next.event.streamId)) continue;
      try {
        events.push(recorded(next.event));
      } catch (error) {
        // What came before it is delivered first: a revocation may be among it.
        if (!(error instanceof StoreFailed)) throw error;
        this.unreadable = error;
      }
    }
    return events;
  }

  private isWanted({ stream }: RecordedEvent): boolean {
    return this.options.categories?.includes(categoryOf(stream)) ?? true;
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
