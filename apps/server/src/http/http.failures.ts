/** One thing wrong with a request. `pointer` is an RFC 6901 pointer into the body or the query; '' is the whole of it. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

export interface InvalidRequest {
  readonly _tag: 'InvalidRequest';
  readonly errors: ReadonlyArray<Fault>;
}

export interface BadCursor {
  readonly _tag: 'BadCursor';
}

export interface Unauthenticated {
  readonly _tag: 'Unauthenticated';
  /** Whether a credential was sent at all: only then does RFC 6750 §3.1 let the challenge name an error. */
  readonly credential: 'missing' | 'refused';
}

/** The caller may see that the thing exists, but not do this to it. */
export interface Forbidden {
  readonly _tag: 'Forbidden';
  readonly action: string;
  readonly detail?: string;
}

export interface NotFound {
  readonly _tag: 'NotFound';
}

/** Another log's token, a forged one, or one beyond the head. */
export interface UnknownPosition {
  readonly _tag: 'UnknownPosition';
  readonly detail?: string;
}

/** What the protocol itself refuses, before or around every feature. */
export type HttpFailure =
  | InvalidRequest
  | BadCursor
  | Unauthenticated
  | Forbidden
  | { readonly _tag: 'CannotActAs' }
  /** What a proxy shows for itself. No 401 or 403: it would hand those on as its caller's. */
  | { readonly _tag: 'BadProxyToken' }
  | NotFound
  | { readonly _tag: 'MethodNotAllowed'; readonly allowed: ReadonlyArray<string> }
  | { readonly _tag: 'RequestTimeout' }
  | { readonly _tag: 'IdempotencyKeyReused' }
  | { readonly _tag: 'IdempotencyKeyInUse' }
  /** Of the state against the log: one at a time. */
  | { readonly _tag: 'CheckUnderWay' }
  | UnknownPosition
  | { readonly _tag: 'PayloadTooLarge'; readonly limit: number }
  | { readonly _tag: 'UnsupportedMediaType'; readonly expected: string }
  | { readonly _tag: 'ExpectationFailed' }
  | { readonly _tag: 'HeadersTooLarge'; readonly limit: number }
  | { readonly _tag: 'PositionNotReached' }
  | { readonly _tag: 'StateTooOld' }
  | { readonly _tag: 'VaultUnavailable' }
  | { readonly _tag: 'UsesUnavailable' }
  /** The keys of a token's issuer can't be had: nobody is taken for good or bad. Whose, and why, is for the log. */
  | { readonly _tag: 'IssuerUnavailable'; readonly issuer: string; readonly cause: string }
  /** Anything thrown that is not a refusal. Its cause is for the log alone. */
  | { readonly _tag: 'Defect' };
