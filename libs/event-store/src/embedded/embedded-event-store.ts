import { join } from 'node:path';
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
  type StoreFailure,
  type StreamName,
  type Subscribe,
  type Subscription,
} from '../event-store.js';
import { APPEND_LIMIT, encode } from '../encoded.js';
import { answering, StoreFailed, unavailable } from '../store-failed.js';
import type { Request } from './append.mjs';
import { type Lock, lockDirectory, prepareDirectory } from './directory.js';
import { acknowledged, EmbeddedSubscription, turn } from './embedded-subscription.js';
import { Reader } from './reader.js';
import { asStoreFailed } from './store-trouble.js';
import { StreamEnds } from '../stream-ends.js';
import { Writer } from './writer.js';

/** Rows read in one go by whatever reads on: the event loop gets a turn in between. */
const PAGE = 500;

const closed = unavailable('it is closed');

const nothing: TE.TaskEither<never, ReadonlyArray<RecordedEvent>> = () => Promise.resolve(E.right([]));

/**
 * The log in a directory of its own, for one process: SQLite with a WAL, synced at every commit. One writer in a
 * worker thread takes all appends that wait into one commit; reads happen on the calling thread, beside it.
 */
export class EmbeddedEventStore extends EventStore {
  private readonly watchers = new Set<() => void>();
  /**
   * Nobody else writes to this log, and no subscription runs ahead of what was acknowledged: so a stream known to end where a
   * reader has been needs no look at the disk.
   */
  private readonly ends = new StreamEnds();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly writer: Writer,
    private readonly reader: Reader,
    private readonly lock: Lock,
  ) {
    super();
    writer.acknowledged = Number(reader.head());
    writer.onChange = () => {
      this.notify();
    };
  }

  /** Throws an Error that says what to do when the directory is in use, or was written by a newer version. */
  static async open(directory: string): Promise<EmbeddedEventStore> {
    prepareDirectory(directory);
    const lock = lockDirectory(directory);
    const path = join(directory, 'events.db');
    try {
      const writer = await Writer.start(path);
      return new EmbeddedEventStore(writer, new Reader(path), lock);
    } catch (error) {
      lock.release();
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`the event store in ${directory} cannot be opened: ${why}`, { cause: error });
    }
  }

  get logId(): string {
    return this.writer.logId;
  }

  append(
    stream: StreamName,
    expected: ExpectedRevision,
    events: ReadonlyArray<NewEvent>,
  ): TE.TaskEither<StoreFailure, Appended> {
    return async () => {
      const { events: encoded, bytes } = encode(stream, events);
      return bytes > APPEND_LIMIT
        ? E.left({ _tag: 'AppendTooLarge', bytes, limit: APPEND_LIMIT })
        : this.write(stream, {
            kind: 'append',
            stream,
            expected: expected === 'no-stream' ? -1 : expected,
            events: encoded,
          });
    };
  }

  read(stream: StreamName, options: ReadStream = {}): TE.TaskEither<StoreFailure, ReadonlyArray<RecordedEvent>> {
    const { direction = 'forwards', limit = Infinity } = options;
    const step = direction === 'forwards' ? 1 : -1;
    if (step > 0 && this.closing === undefined && this.ends.isPast(stream, options.from ?? 0)) return nothing;
    return answering(async () => {
      const events: RecordedEvent[] = [];
      let from = options.from ?? (step > 0 ? 0 : Number.MAX_SAFE_INTEGER);
      for (;;) {
        const wanted = Math.min(PAGE, limit - events.length);
        const page = this.reading((log) => log.stream(stream, direction, { from, limit: wanted }));
        events.push(...page);
        const last = page.at(-1);
        if (last === undefined || page.length < wanted || events.length === limit) {
          const end = events.at(-1);
          if (step > 0 && limit === Infinity && end !== undefined) this.ends.saw(stream, end.revision);
          return events;
        }
        from = last.revision + step;
        await turn();
      }
    });
  }

  readAll(options: ReadAll = {}): TE.TaskEither<StoreFailure, Page> {
    return answering(() => this.reading((log) => log.all(options)));
  }

  head(): TE.TaskEither<StoreFailure, Position> {
    return answering(() => this.reading((log) => log.head()));
  }

  subscribe(options: Subscribe): Subscription {
    return new EmbeddedSubscription(
      {
        page: (from, categories) => {
          const page = this.reading((log) => log.all({ from, limit: PAGE, ...(categories && { categories }) }));
          // Without its writer the log stands still: that must not look like a quiet one.
          if (this.writer.stopped !== undefined) throw new StoreFailed(unavailable(this.writer.stopped));
          return acknowledged(page, from, BigInt(this.writer.acknowledged));
        },
        watch: (changed) => {
          this.watchers.add(changed);
          return () => this.watchers.delete(changed);
        },
      },
      options,
    );
  }

  setRetention(stream: StreamName, { maxCount }: Retention): TE.TaskEither<StoreFailure, void> {
    return async () => {
      if (!(Number.isSafeInteger(maxCount) && maxCount > 0)) {
        throw new RangeError(`not a number of events to keep: ${String(maxCount)}`);
      }
      const kept = await this.write(stream, { kind: 'retain', stream, maxCount });
      return E.isLeft(kept) ? kept : E.right(undefined);
    };
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    // Before the writer does: the last to close the database empties its WAL, and a reader cannot.
    this.reader.close();
    await this.writer.stop();
    this.notify();
    this.lock.release();
  }

  private async write(stream: StreamName, request: Request): Promise<E.Either<StoreFailure, Appended>> {
    if (this.closing !== undefined) return E.left(closed);
    const answer = await this.writer.send(request);
    switch (answer.kind) {
      case 'done':
        this.ends.saw(stream, answer.revision);
        return E.right({ revision: answer.revision, position: BigInt(answer.position) });
      case 'conflict':
        return E.left({ _tag: 'RevisionConflict', stream, actual: answer.actual });
      case 'failed':
        this.ends.forget(stream);
        return E.left(unavailable(answer.cause));
    }
  }

  private reading<A>(read: (log: Reader) => A): A {
    if (this.closing !== undefined) throw new StoreFailed(closed);
    try {
      return read(this.reader);
    } catch (error) {
      throw asStoreFailed(error);
    }
  }

  private notify(): void {
    for (const watcher of this.watchers) watcher();
  }
}
