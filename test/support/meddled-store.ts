import {
  type Appended,
  type Batch,
  EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Page,
  type Position,
  type ReadAll,
  type ReadStream,
  type RecordedEvent,
  type Retention,
  type StoreFailure,
  type StreamName,
  type Subscribe,
  type Subscription,
} from '#libs/event-store';
import type { E, TE } from '#libs/kernel';
import { openFoundation } from '../../apps/server/src/adapters.js';
import type { OpenFoundation } from '../../apps/server/src/server.js';

type Instead<A> = E.Either<StoreFailure, A> | undefined | Promise<E.Either<StoreFailure, A> | undefined>;

/** What a test puts between the engine and its store; may be changed while the server runs. Undefined lets through. */
export interface Meddling {
  append?: ((stream: StreamName, events: ReadonlyArray<NewEvent>) => Instead<Appended>) | undefined;
  /** Awaited after each append that was let through, before whoever asked for it hears of it. */
  appended?: ((stream: StreamName) => Promise<void>) | undefined;
  read?: ((stream: StreamName) => Instead<ReadonlyArray<RecordedEvent>>) | undefined;
  /** Awaited before each page of the whole log is read. */
  page?: (() => Promise<void>) | undefined;
  /** Awaited before each batch is delivered: as long as it lasts, that subscription stands still; it fails if this does. */
  batch?: (() => Promise<void>) | undefined;
}

/** A store that does as it is told by a test, and else what the store behind it does. */
class MeddledStore extends EventStore {
  constructor(
    private readonly inner: EventStore,
    private readonly meddling: Meddling,
  ) {
    super();
  }

  get logId(): string {
    return this.inner.logId;
  }

  append(stream: StreamName, expected: ExpectedRevision, events: ReadonlyArray<NewEvent>) {
    return async () => {
      const instead = await this.meddling.append?.(stream, events);
      if (instead !== undefined) return instead;
      const answer = await this.inner.append(stream, expected, events)();
      await this.meddling.appended?.(stream);
      return answer;
    };
  }

  read(stream: StreamName, options?: ReadStream) {
    return async () => (await this.meddling.read?.(stream)) ?? (await this.inner.read(stream, options)());
  }

  readAll(options?: ReadAll): TE.TaskEither<StoreFailure, Page> {
    return async () => {
      await this.meddling.page?.();
      return this.inner.readAll(options)();
    };
  }

  head(): TE.TaskEither<StoreFailure, Position> {
    return this.inner.head();
  }

  subscribe(options: Subscribe): Subscription {
    const { inner, meddling } = this;
    const subscription = inner.subscribe(options);
    const closed = gate();
    let open = true;
    return {
      close: () => {
        open = false;
        subscription.close();
        closed.open();
      },
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        for await (const batch of subscription) {
          await Promise.race([meddling.batch?.(), closed.passed]);
          if (!open) return;
          yield batch;
        }
      },
    };
  }

  setRetention(stream: StreamName, retention: Retention): TE.TaskEither<StoreFailure, void> {
    return this.inner.setRetention(stream, retention);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** For `startTestServer({ open: meddledFoundation(meddling) })`. */
export const meddledFoundation =
  (meddling: Meddling, open: OpenFoundation = openFoundation): OpenFoundation =>
  async (config) => {
    const foundation = await open(config);
    return { ...foundation, store: new MeddledStore(foundation.store, meddling) };
  };

/** Something to wait at until it is opened. */
export const gate = (): { readonly passed: Promise<void>; readonly open: () => void } => {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
};
