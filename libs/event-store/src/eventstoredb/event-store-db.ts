import { setTimeout as sleep } from 'node:timers/promises';
import { E, type TE } from '#libs/kernel';
import {
  type Appended,
  EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Page,
  type Position,
  type ReadAll,
  type ReadStream,
  type RecordedEvent,
  type Retention,
  START,
  type StoreFailure,
  type StreamName,
  type Subscribe,
  type Subscription,
} from '../event-store.js';
import { answering, StoreFailed, unavailable } from '../store-failed.js';
import { append } from './appending.js';
import { type Client, giveBack, takeClient } from './client.js';
import { connectionFrom } from './connection.js';
import { fromOf } from './log-position.js';
import { lastOf, type Log, pageOf } from './paging.js';
import { fromLeader, PAGE, readLog, readSlice } from './reading.js';
import { recorded } from './recorded.js';
import { logIdOf, setMaxCount } from './stream-metadata.js';
import { BATCH, EventStoreDbSubscription, type Source } from './subscribing.js';
import { Tail } from './tail.js';

/** How long a start waits for a server that is not there yet, in ms. */
const PATIENCE = 30_000;
const PAUSE = 500;

const closed = unavailable('it is closed');

/** The log in EventStoreDB 23.10, on one node or a cluster: for as many processes as there are. All reading is from the leader. */
export class EventStoreDb extends EventStore {
  private readonly log: Log;
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly watchers = new Set<() => void>();
  private readonly source: Source;
  private readonly tail: Tail;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly client: Client,
    readonly logId: string,
  ) {
    super();
    this.log = (direction, from, limit) => readLog(client, direction, from, limit);
    this.source = {
      head: async () => {
        const head = await this.head()();
        if (E.isLeft(head)) throw new StoreFailed(head.left);
        return head.right;
      },
      // No filter: the server's have passed over events. What is its own is left out on this side.
      open: (after) => client.subscribeToAll({ ...fromLeader, fromPosition: fromOf(after) }, { highWaterMark: BATCH }),
      onClose: (told) => {
        this.watchers.add(told);
        return () => this.watchers.delete(told);
      },
    };
    this.tail = new Tail({ head: this.source.head, subscribe: (after) => this.subscribe({ after }) });
  }

  /** Throws an Error that says what to do, and nothing of the credentials, when the server does not answer or will not. */
  static async open(connectionString: string, patience = PATIENCE): Promise<EventStoreDb> {
    const connection = connectionFrom(connectionString);
    const client = takeClient(connection);
    const until = performance.now() + patience;
    for (;;) {
      try {
        return new EventStoreDb(client, await logIdOf(client));
      } catch (error) {
        if (error instanceof StoreFailed && performance.now() < until) {
          await sleep(PAUSE);
          continue;
        }
        await giveBack(client);
        const why = error instanceof StoreFailed ? error.message : String(error);
        throw new Error(`EventStoreDB at ${connection.where} cannot be used: ${why}`, { cause: error });
      }
    }
  }

  append(
    stream: StreamName,
    expected: ExpectedRevision,
    events: ReadonlyArray<NewEvent>,
  ): TE.TaskEither<StoreFailure, Appended> {
    return this.doing(() => append(this.client, stream, expected, events));
  }

  read(stream: StreamName, options: ReadStream = {}): TE.TaskEither<StoreFailure, ReadonlyArray<RecordedEvent>> {
    const { direction = 'forwards', limit = Infinity, from = 0 } = options;
    return this.doing(async () => {
      if (direction === 'backwards') return this.slices(stream, options);
      if (await this.tail.isPast(stream, from)) return [];
      const saw = this.tail.watch();
      const events = await this.slices(stream, options);
      if (limit === Infinity) saw(stream, events.at(-1)?.revision ?? from - 1);
      return events;
    });
  }

  readAll(options: ReadAll = {}): TE.TaskEither<StoreFailure, Page> {
    return this.doing(() => pageOf(this.log, options));
  }

  head(): TE.TaskEither<StoreFailure, Position> {
    return this.doing(async () => (await lastOf(this.log)) ?? START);
  }

  subscribe(options: Subscribe): Subscription {
    return new EventStoreDbSubscription(this.source, options);
  }

  setRetention(stream: StreamName, { maxCount }: Retention): TE.TaskEither<StoreFailure, void> {
    return this.doing(async () => {
      if (!(Number.isSafeInteger(maxCount) && maxCount > 0))
        throw new RangeError(`not a number of events to keep: ${String(maxCount)}`);
      await setMaxCount(this.client, stream, maxCount);
    });
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  /** As many pages as it takes. */
  private async slices(
    stream: StreamName,
    { direction = 'forwards', limit = Infinity, from: first }: ReadStream,
  ): Promise<ReadonlyArray<RecordedEvent>> {
    const events: RecordedEvent[] = [];
    let from: number | 'start' | 'end' = first ?? (direction === 'forwards' ? 'start' : 'end');
    while (events.length < limit) {
      const wanted = Math.min(PAGE, limit - events.length);
      const found = await readSlice(this.client, stream, { direction, from, limit: wanted });
      events.push(...found.map(recorded));
      const last = events.at(-1);
      if (last === undefined || found.length < wanted) break;
      from = last.revision + (direction === 'forwards' ? 1 : -1);
      if (from < 0) break;
    }
    return events;
  }

  private async shut(): Promise<void> {
    this.client.leave();
    for (const told of [...this.watchers]) told();
    // Each of them ends by itself: nothing here waits without a bound.
    await Promise.allSettled([...this.underWay, this.tail.stop()]);
    await giveBack(this.client);
  }

  private doing<A>(work: () => Promise<A>): TE.TaskEither<StoreFailure, A> {
    return answering(async () => {
      if (this.closing !== undefined) throw new StoreFailed(closed);
      const done = work();
      this.underWay.add(done);
      try {
        return await done;
      } finally {
        this.underWay.delete(done);
      }
    });
  }
}
