import type { ApiKeyId, TE } from '#libs/kernel';
import type { Use, UseOfKey } from './use.js';

/** The store did not do it, or it is not known whether it did. Every call may be repeated. */
export interface UsesUnavailable {
  readonly _tag: 'UsesUnavailable';
  readonly cause: string;
}

export interface KnownNode {
  readonly node: string;
  readonly at: number;
  /** How far it had applied the log by then, at least; null from a node of a release that does not say so. */
  readonly position: bigint | null;
}

/** What the store can know of. All times are in ms since 1970. */
export interface Known {
  /** Of an earlier use it may know nothing. */
  readonly since: number;
  /** Nodes that record, and those that ended without a word: what each saw before `at` is in the store. */
  readonly nodes: ReadonlyArray<KnownNode>;
}

/** What a node says once all that it saw before `at` is in the store. */
export interface Report extends KnownNode {
  /** It had to drop uses from before this moment; null where it dropped none. */
  readonly lostBefore: number | null;
}

/**
 * When each key was last used: beside the log, as a domain event for each request would drown it (AMB-41). It may be lost,
 * and then says so by `Known.since`; no decision and no command ever waits for it. Every adapter passes `useStoreContract`.
 */
export abstract class UseStore {
  /** Of each key the later use stays, in whatever order they come. In one transaction: give it no more than some hundred. */
  abstract merge(uses: ReadonlyArray<UseOfKey>): TE.TaskEither<UsesUnavailable, void>;

  abstract report(report: Report): TE.TaskEither<UsesUnavailable, void>;

  /** A node that ends in order has nothing left to say, and is listed no more. */
  abstract leave(node: string): TE.TaskEither<UsesUnavailable, void>;

  /** Of those of these keys whose use is known. */
  abstract read(keyIds: ReadonlyArray<ApiKeyId>): TE.TaskEither<UsesUnavailable, ReadonlyMap<string, Use>>;

  abstract known(): TE.TaskEither<UsesUnavailable, Known>;

  /**
   * Forgets the addresses of uses before `before` (and nodes that last reported then) among the `most` keys that come after
   * `after`. Answers after which key to go on; null at the end.
   */
  abstract forget(slice: {
    readonly before: number;
    readonly after: string;
    readonly most: number;
  }): TE.TaskEither<UsesUnavailable, string | null>;

  /** Later calls answer `UsesUnavailable`. */
  abstract close(): Promise<void>;
}

export const usesUnavailable = (cause: unknown): UsesUnavailable => ({
  _tag: 'UsesUnavailable',
  cause: cause instanceof Error ? cause.message : String(cause),
});
