import type { StoreFailure } from '#libs/event-store';
import type { Fault, HttpFailure } from './http.failures.js';
import type { Rows } from './problem.js';

const toldIn = ({ pointer, detail }: Fault): string => (pointer === '' ? detail : `${pointer}: ${detail}`);

const faults = (errors: ReadonlyArray<Fault>): string => {
  const [first, ...others] = errors;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more in "errors")`;
  return `${first === undefined ? 'The request has a fault' : toldIn(first)}${more}.`;
};

/** RFC 6750 §3: the error is named only to whoever sent a credential. */
const challenge = (credential: 'missing' | 'refused') => ({
  'www-authenticate': credential === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"',
});

const soon = () => ({ 'retry-after': '1' });

export const httpProblems = {
  InvalidRequest: { status: 400, title: 'The request is not well formed', detail: ({ errors }) => faults(errors) },
  BadCursor: {
    status: 400,
    title: 'The cursor is not of this list',
    detail:
      'Send "nextCursor" as it was given, to the same path with the same filters; or start again without a cursor.',
  },
  BadProxyToken: {
    status: 400,
    title: 'The proxy’s own token is not accepted',
    detail:
      'X-Writ-Token has to be a service token with the scope "decisions": this one is missing, unknown, expired, revoked, or has not got it. Nothing is said of the caller’s key.',
  },
  Unauthenticated: {
    status: 401,
    title: 'No good credential',
    detail: ({ credential }) =>
      credential === 'missing'
        ? 'Send a credential: "Authorization: Bearer …".'
        : 'The credential is not accepted: it is unknown, expired or revoked, or its person is. Send another.',
    headers: ({ credential }) => challenge(credential),
  },
  Forbidden: {
    status: 403,
    title: 'Not allowed',
    detail: ({ action }) => `The caller may not do "${action}" here. Ask someone who may, or for a role that has it.`,
  },
  CannotActAs: {
    status: 403,
    title: 'Cannot act for this person',
    detail:
      'Writ-Act-As is for the operator and for service tokens with the scope "act-as", and names a person who exists and is not blocked. A token of a person acts for that person alone.',
  },
  NotFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such thing here, or the caller may not see that there is. Check the address and the id.',
  },
  MethodNotAllowed: {
    status: 405,
    title: 'Not a method of this address',
    detail: ({ allowed }) => `This address takes ${allowed.join(', ')}.`,
    headers: ({ allowed }) => ({ allow: allowed.join(', ') }),
  },
  RequestTimeout: {
    status: 408,
    title: 'The request took too long to arrive',
    detail: 'The whole request did not arrive in time. Send it again, at once.',
  },
  IdempotencyKeyReused: {
    status: 409,
    title: 'The idempotency key was used for another request',
    detail: 'This Idempotency-Key came before with another body. Send the same body again, or a new key.',
  },
  IdempotencyKeyInUse: {
    status: 409,
    title: 'The first request with this idempotency key is still running',
    detail: 'Wait for its answer, then send the same request again to read it.',
    headers: soon,
  },
  CheckUnderWay: {
    status: 409,
    title: 'The state is being checked already',
    detail: 'Somebody else asked for it. "GET /v1/rebuild-check" says how far it is, and in the end what it came to.',
  },
  UnknownPosition: {
    status: 409,
    title: 'The position is not one of this log',
    detail: 'The position is of another log, or beyond the head of this one. Send one that this server gave.',
  },
  PayloadTooLarge: {
    status: 413,
    title: 'The body is too large',
    detail: ({ limit }) => `A body may have ${String(limit)} bytes here. Send less at a time.`,
  },
  UnsupportedMediaType: {
    status: 415,
    title: 'Not a content type of this address',
    detail: ({ expected }) => `Send the body as "${expected}".`,
  },
  ExpectationFailed: {
    status: 417,
    title: 'The expectation cannot be met',
    detail: 'Send the request without "Expect".',
  },
  HeadersTooLarge: {
    status: 431,
    title: 'The headers are too large',
    detail: ({ limit }) =>
      `The address and the headers may have ${String(limit)} bytes together. Send fewer or shorter ones.`,
  },
  PositionNotReached: {
    status: 503,
    title: 'This server has not read that far yet',
    detail: 'Send the request again in a moment.',
    headers: soon,
  },
  StateTooOld: {
    status: 503,
    title: 'This server cannot confirm that its state is fresh',
    detail: 'Nothing is known to be wrong with the credential. Send the request again in a moment.',
    headers: soon,
  },
  VaultUnavailable: {
    status: 503,
    title: 'The vault cannot be reached',
    detail: 'Send the request again in a moment, with the same Idempotency-Key.',
    headers: soon,
  },
  UsesUnavailable: {
    status: 503,
    title: 'When keys were used cannot be told now',
    detail:
      'Keys go on as ever: only when they were last used cannot be looked up. Send the request again in a moment.',
    headers: soon,
  },
  IssuerUnavailable: {
    status: 503,
    title: 'The issuer of the token cannot be reached',
    detail:
      'Nothing is known to be wrong with the token: its issuer gives no keys. Send the request again in a moment.',
    headers: soon,
  },
  Defect: {
    status: 500,
    title: 'Something went wrong on this side',
    detail: 'It has been logged under this request id. Sending the same request again is safe with an Idempotency-Key.',
  },
} as const satisfies Rows<HttpFailure>;

export const storeProblems = {
  RevisionConflict: {
    status: 409,
    title: 'Someone else changed this first',
    detail: 'Others kept changing the same thing. Send the request again.',
    hides: true,
  },
  AppendTooLarge: {
    status: 413,
    title: 'The change is too large',
    detail: ({ limit }) => `One change may have ${String(limit)} bytes. Send it in parts.`,
  },
  StoreUnavailable: {
    status: 503,
    title: 'The event store cannot be reached',
    detail: 'If this was a change, it may have been made or not. Send the request again with the same Idempotency-Key.',
    headers: soon,
  },
  CorruptEvent: {
    status: 500,
    title: 'A stored event could not be read',
    detail:
      'Nothing is answered from a log that cannot be read whole. The operator finds the event in the log under this request id.',
  },
} as const satisfies Rows<StoreFailure>;
