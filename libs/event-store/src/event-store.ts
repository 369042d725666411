import type { EventId, TE } from '#libs/kernel';

/** `<category>-<id>`; the category ends at the first dash. */
export type StreamName = `${string}-${string}`;

/** Orders the whole log. Opaque: compare it, keep it, hand it back to the store that made it. `0n` is before every event. */
export type Position = bigint;
export const START: Position = 0n;

/** A revision counts a stream's events from 0. `any` checks nothing. */
export type ExpectedRevision = number | 'any' | 'no-stream' | 'stream-exists';

/** JSON in, JSON out: what a body or metadata may be made of. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json };

export interface NewEvent {
  readonly id: EventId;
  readonly type: string;
  /** Which shape of this type `data` has, from 1: what a reader has to know before it reads on. */
  readonly version: number;
  readonly data: unknown;
  readonly metadata: unknown;
}

/**
 * `metadata` may be parsed only when it is asked for, since readers of millions never do; asking for one that cannot be
 * read throws `StoreFailed` with `CorruptEvent`.
 */
export interface RecordedEvent extends NewEvent {
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: Position;
}

export interface Appended {
  /**
   * The revision and position of the last event of the append (of the earlier one, when this was a repeat). An append
   * of no events writes nothing and answers where the stream is: -1 and `START` when it does not exist.
   */
  readonly revision: number;
  readonly position: Position;
}

export type StoreFailure =
  /** Someone else wrote to the stream first; `actual` is its last revision, or null when it does not exist. */
  | { readonly _tag: 'RevisionConflict'; readonly stream: StreamName; readonly actual: number | null }
  /** An append of over 1 MiB: what EventStoreDB takes at most, so what every adapter takes. Nothing was written. */
  | { readonly _tag: 'AppendTooLarge'; readonly bytes: number; readonly limit: number }
  /**
   * The store did not do it, or it is not known whether it did: repeat with the same event ids. `moved`: whoever answers now
   * may know more than whoever was asked before, so look and decide again first.
   */
  | { readonly _tag: 'StoreUnavailable'; readonly cause: string; readonly moved?: true }
  /** What lies in the store cannot be read. Fails closed: never skipped. */
  | { readonly _tag: 'CorruptEvent'; readonly stream: StreamName; readonly revision: number; readonly why: string };

export interface ReadStream {
  /** The first revision to read (inclusive), or going backwards the last; the stream's own end when left out. */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

export interface ReadAll {
  /** Exclusive: forwards, events after it; backwards, events before it. The log's own end when left out. */
  readonly from?: Position;
  readonly direction?: 'forwards' | 'backwards';
  /** How many events at most, 1,000 when left out. */
  readonly limit?: number;
  readonly categories?: ReadonlyArray<string>;
}

export interface Page {
  readonly events: ReadonlyArray<RecordedEvent>;
  /** Where this page ends: pass it as `from` of the next. Beyond the last event where a filter hid some. */
  readonly position: Position;
  /** Nothing lay beyond this page when it was read. */
  readonly end: boolean;
}

export interface Subscribe {
  /** Exclusive: everything after it is delivered, once, in order, by this subscription. */
  readonly after: Position;
  readonly categories?: ReadonlyArray<string>;
}

export interface Batch {
  readonly events: ReadonlyArray<RecordedEvent>;
  /** The checkpoint: everything up to here has been delivered or was hidden by the filter. */
  readonly position: Position;
  /** The subscription had reached the head of the log with this batch. Sent at least once, also for an empty log. */
  readonly caughtUp: boolean;
}

/**
 * Pull it with `for await`: the next batch is read when it is asked for, so a slow reader costs no memory. The
 * iteration ends when the subscription is closed; when the store fails it, or is closed, it throws `StoreFailed`.
 */
export interface Subscription extends AsyncIterable<Batch> {
  close(): void;
}

/** How much of a stream is kept: the newest `maxCount` events, at least one (a RangeError otherwise). Older ones leave stream reads at once, `$all` when the store sees fit. */
export interface Retention {
  readonly maxCount: number;
}

/**
 * The log: streams of events, and one order over all of them. Every adapter passes `eventStoreContract`.
 *
 * An append is durable when it is answered and atomic: all of its events or none. It is idempotent by event id:
 * the same ids at the same place answer as the first time, with nothing written. (Where no revision is expected, the
 * place is wherever the stream has them, among its newest thousand events at least.)
 *
 * What no store could hold is a defect of the caller, thrown as a TypeError and never answered: data or metadata that
 * JSON has no form for (a BigInt, a cycle, undefined), or one event id twice in an append.
 */
export abstract class EventStore {
  /** Names this log among all others, and never changes: part of every position token. */
  abstract readonly logId: string;
  abstract append(
    stream: StreamName,
    expected: ExpectedRevision,
    events: ReadonlyArray<NewEvent>,
  ): TE.TaskEither<StoreFailure, Appended>;
  /** Empty for a stream that does not exist. */
  abstract read(stream: StreamName, options?: ReadStream): TE.TaskEither<StoreFailure, ReadonlyArray<RecordedEvent>>;
  abstract readAll(options?: ReadAll): TE.TaskEither<StoreFailure, Page>;
  /** The position of the last event of the log; `START` for an empty one. */
  abstract head(): TE.TaskEither<StoreFailure, Position>;
  abstract subscribe(options: Subscribe): Subscription;
  abstract setRetention(stream: StreamName, retention: Retention): TE.TaskEither<StoreFailure, void>;
  /** Finishes what was accepted, then lets go of everything. Later calls answer `StoreUnavailable`. */
  abstract close(): Promise<void>;
}
