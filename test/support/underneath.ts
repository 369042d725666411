import {
  type Appended,
  type Batch,
  EventStore,
  type Page,
  type Position,
  type ReadAll,
  type ReadStream,
  type RecordedEvent,
  type StoreFailure,
  type StreamName,
  type Subscribe,
  type Subscription,
} from '#libs/event-store';
import { pipe, TE } from '#libs/kernel';

interface Envelope {
  readonly version: number;
  readonly metadata: unknown;
}

/** As the adapter gives it back which wrote it. */
const opened = (event: RecordedEvent): RecordedEvent => {
  const { version, metadata } = event.metadata as Envelope;
  const { stream, revision, position, id, type, data } = event;
  return { stream, revision, position, id, type, version, data, metadata };
};

const ours = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<RecordedEvent> =>
  events.filter(({ stream }) => !stream.startsWith('$')).map(opened);

const readOnly = (): never => {
  throw new Error('this is to read: what is written goes over the wire');
};

/**
 * What EventStoreDB's adapter has written through a stand-in, read from the store that lies underneath it: the same events, with that
 * store's positions.
 */
export class Underneath extends EventStore {
  constructor(private readonly store: EventStore) {
    super();
  }

  get logId(): string {
    return this.store.logId;
  }

  read(stream: StreamName, options?: ReadStream): TE.TaskEither<StoreFailure, ReadonlyArray<RecordedEvent>> {
    return pipe(this.store.read(stream, options), TE.map(ours));
  }

  readAll(options?: ReadAll): TE.TaskEither<StoreFailure, Page> {
    return pipe(
      this.store.readAll(options),
      TE.map((page) => ({ ...page, events: ours(page.events) })),
    );
  }

  head(): TE.TaskEither<StoreFailure, Position> {
    return this.store.head();
  }

  subscribe(options: Subscribe): Subscription {
    const subscription = this.store.subscribe(options);
    return {
      close: () => {
        subscription.close();
      },
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        for await (const batch of subscription) yield { ...batch, events: ours(batch.events) };
      },
    };
  }

  append(): TE.TaskEither<StoreFailure, Appended> {
    return readOnly();
  }

  setRetention(): TE.TaskEither<StoreFailure, void> {
    return readOnly();
  }

  /** The store is whose it was. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
