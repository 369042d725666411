/** What an error of the client means to us. */
export type Trouble =
  /** `actual` is the stream's last revision; null when there is no stream. */
  | { readonly kind: 'conflict'; readonly actual: number | null }
  | { readonly kind: 'no-stream' }
  /** Somebody deleted it in the store: its history is gone, and nothing can be said about what it held. */
  | { readonly kind: 'deleted' }
  | { readonly kind: 'too-large'; readonly limit: number }
  /** The server will not, now or ever, for this caller or this request. */
  | { readonly kind: 'refused'; readonly cause: string }
  /** Whether it was done is not known; another try may tell. `moved`: another node leads. `silent`: there was no answer at all. */
  | { readonly kind: 'unknown'; readonly cause: string; readonly moved?: true; readonly silent?: true };

interface Told {
  /** The client's own word; missing from errors that it passes on as gRPC has them. */
  readonly type?: unknown;
  /** gRPC's status. */
  readonly code?: unknown;
  readonly message?: unknown;
  readonly actualVersion?: unknown;
  readonly maxAppendSize?: unknown;
}

/** gRPC's statuses that no other try can change: a bad argument, no right, a precondition, not implemented, no login. */
const final: ReadonlySet<unknown> = new Set([3, 7, 9, 11, 12, 16]);

/**
 * By the error's own words and never by its class: a server that is away is told of in at least three ways, as the client's
 * error, as gRPC's, and as a plain Error; a busy one as "unknown". What we do not recognize is an unknown outcome.
 */
export const troubleOf = (error: unknown): Trouble => {
  const { type, code, message, actualVersion, maxAppendSize } = (error ?? {}) as Told;
  const cause = typeof message === 'string' && message !== '' ? message : String(type ?? error);
  switch (type) {
    case 'wrong-expected-version':
      return { kind: 'conflict', actual: typeof actualVersion === 'bigint' ? Number(actualVersion) : null };
    case 'stream-not-found':
    case 'no-stream':
      return { kind: 'no-stream' };
    case 'stream-deleted':
      return { kind: 'deleted' };
    case 'maximum-append-size-exceeded':
      return { kind: 'too-large', limit: Number(maxAppendSize) };
    case 'not-leader':
      return { kind: 'unknown', cause, moved: true };
    case 'deadline-exceeded':
      return { kind: 'unknown', cause, silent: true };
    case 'access-denied':
      return { kind: 'refused', cause: 'it denies access: look at the user and the password in WRIT_EVENT_STORE' };
  }
  return final.has(code) ? { kind: 'refused', cause } : { kind: 'unknown', cause };
};
