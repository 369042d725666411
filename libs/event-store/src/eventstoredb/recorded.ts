import { jsonEvent } from '@eventstore/db-client';
import type { EventId } from '#libs/kernel';
import type { EncodedEvent } from '../encoded.js';
import type { NewEvent, RecordedEvent, StreamName } from '../event-store.js';
import { StoreFailed } from '../store-failed.js';
import { isKnown, type LogPosition, positionOf } from './log-position.js';

/** An event as the client gives it back. */
export interface Found {
  readonly streamId: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly position?: LogPosition | undefined;
}

/** Around our own metadata, which may be any JSON: a reader of EventStoreDB's pages sees both by name. */
interface Envelope {
  readonly version: number;
  readonly metadata: unknown;
}

/** Bytes that the envelope adds to what `encode` has counted, beside the digits of the version. */
const ENVELOPE = '{"version":,"metadata":}'.length;

export const sizeOfEnvelopes = (events: ReadonlyArray<EncodedEvent>): number =>
  events.reduce((sum, [, , version]) => sum + ENVELOPE + String(version).length, 0);

const enveloped = ({ version, metadata }: NewEvent): Envelope => ({ version, metadata });

/** As the client takes it. `encode` has seen that all of it is JSON: on what is not, the client would never answer. */
export const asWritten = (event: NewEvent) =>
  jsonEvent({
    id: event.id,
    type: event.type,
    // The client's types know objects, lists and texts; it writes whatever JSON has.
    data: event.data as Record<string, unknown>,
    metadata: { ...enveloped(event) },
  });

const isEnvelope = (metadata: unknown): metadata is Envelope =>
  typeof metadata === 'object' &&
  metadata !== null &&
  'metadata' in metadata &&
  'version' in metadata &&
  Number.isSafeInteger(metadata.version);

/** The server's own: statistics, stream metadata, indexes. Nothing of the log that we keep. */
export const isSystem = (stream: string): boolean => stream.startsWith('$');

/** Throws `StoreFailed` with `CorruptEvent` for what no Writ has written: it fails closed, and is never passed over. */
export const recorded = ({ streamId, revision, id, type, isJson, data, metadata, position }: Found): RecordedEvent => {
  const stream = streamId as StreamName;
  const at = Number(revision);
  const corrupt = (why: string): StoreFailed => new StoreFailed({ _tag: 'CorruptEvent', stream, revision: at, why });
  if (!isJson) throw corrupt('its data is not JSON');
  if (!isEnvelope(metadata)) throw corrupt('its metadata is not as Writ writes it');
  if (!isKnown(position)) throw corrupt('the server gave no position for it: EventStoreDB 22.6 or newer is needed');
  return {
    stream,
    revision: at,
    position: positionOf(position),
    // The store gives ids back as they were written.
    id: id as EventId,
    type,
    version: metadata.version,
    data,
    metadata: metadata.metadata,
  };
};
