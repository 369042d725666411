import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { StoreFailed } from '#libs/event-store';
import type { BatchFailure } from './messages.js';
import { MAX_APPEND_SIZE } from './payload.js';

/** Where a server is to be found. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What a call is refused with: a status, and the trailers that the client makes its own errors from. */
export type Refusal = Pick<ServiceError, 'code' | 'details' | 'metadata' | 'name' | 'message'>;

export const refusal = (code: status, details: string, trailers: Readonly<Record<string, string>> = {}): Refusal => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { name: 'Refusal', message: details, code, details, metadata };
};

export const notLeader = ({ host, port }: Endpoint): Refusal =>
  refusal(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });

export const streamDeleted = (stream: string): Refusal =>
  // Trailers are ASCII, as are those of the real server.
  refusal(status.FAILED_PRECONDITION, `Event stream '${ascii(stream)}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': ascii(stream),
  });

export const appendTooLarge = (): Refusal =>
  refusal(status.INVALID_ARGUMENT, `Maximum Append Size of ${MAX_APPEND_SIZE} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(MAX_APPEND_SIZE),
  });

export const missingProperty = (name: string): Refusal =>
  refusal(status.INVALID_ARGUMENT, `Required Metadata Property '${name}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });

export const tooBusy = (): Refusal => refusal(status.UNAVAILABLE, 'Server Is Too Busy');

export const tooSlow = (): Refusal =>
  refusal(
    status.ABORTED,
    'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
  );

export const unavailable = (cause: string): Refusal => refusal(status.UNAVAILABLE, ascii(cause));
export const invalid = (cause: string): Refusal => refusal(status.INVALID_ARGUMENT, ascii(cause));

/** Whatever was thrown while a call was served, as its answer. */
export const unexpected = (thrown: unknown): Refusal =>
  thrown instanceof StoreFailed && thrown.failure._tag === 'StoreUnavailable'
    ? unavailable(thrown.message)
    : refusal(status.UNKNOWN, ascii(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)));

const ascii = (text: string): string => text.replace(/[^ -~]/gu, '?');

const pb = 'event_store.client';

/** The same for one request of a batch, where the call goes on. Codes are those of google.rpc. */
export const batchFailures = {
  tooBusy: (): BatchFailure => ({ code: 0, message: 'Server Is Busy', detail: 'google.protobuf.Empty' }),
  timeout: (): BatchFailure => ({ code: status.DEADLINE_EXCEEDED, message: 'Timeout', detail: `${pb}.Timeout` }),
  badRequest: (why: string): BatchFailure => {
    const value = new shared.BadRequest().setMessage(why).serializeBinary();
    return { code: status.INVALID_ARGUMENT, message: 'BadRequest', detail: `${pb}.BadRequest`, value };
  },
  tooLarge: (): BatchFailure => {
    const value = new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_SIZE).serializeBinary();
    const message = 'MaximumAppendSizeExceeded';
    return { code: status.INVALID_ARGUMENT, message, detail: `${pb}.${message}`, value };
  },
  streamDeleted: (stream: string): BatchFailure => {
    const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
    const value = new shared.StreamDeleted().setStreamIdentifier(identifier).serializeBinary();
    return { code: status.NOT_FOUND, message: 'StreamDeleted', detail: `${pb}.StreamDeleted`, value };
  },
  wrongExpectedVersion: (value: Uint8Array): BatchFailure => {
    const message = 'WrongExpectedVersion';
    return { code: status.ALREADY_EXISTS, message, detail: `${pb}.${message}`, value };
  },
};
