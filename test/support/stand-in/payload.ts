import { isUtf8 } from 'node:buffer';
import type { NewEvent, RecordedEvent } from '#libs/event-store';
import type { EventId } from '#libs/kernel';

/** An event as a client proposes it. */
export interface Proposed {
  readonly id: EventId;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Payload {
  readonly isJson: boolean;
  /** Milliseconds since 1970; 0 for an event that did not come by the wire. */
  readonly created: number;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** What a server takes in one append unless told otherwise. */
export const MAX_APPEND_SIZE = 1024 * 1024;

/** As the server counts. */
export const sizeOf = ({ type, data, metadata }: Proposed): number => data.length + metadata.length + 2 * type.length;

/**
 * The embedded store keeps JSON, and no more of it than the wire allows. So JSON is kept as what it says, which takes no
 * more room, and everything that is not text of JSON as `JSON.stringify` writes it in base64. What else there is to
 * know goes where it costs nothing, into the event's version: when it was made, and these.
 */
const BINARY = 1;
const RAW_DATA = 2;
const RAW_METADATA = 4;
const ASIDE = 8;
const FLAGS = 64;

type Kept = Pick<Payload, 'data' | 'metadata'>;

/** Payloads that their form would take over the embedded store's limit, by log and event: kept beside it, in memory. */
const logs = new Map<string, Map<string, Kept>>();

const asideOf = (logId: string): Map<string, Kept> => {
  const known = logs.get(logId);
  if (known !== undefined) return known;
  const made = new Map<string, Kept>();
  logs.set(logId, made);
  return made;
};

/** The events of one append in the form in which they are kept. */
export const toKept = (logId: string, proposed: ReadonlyArray<Proposed>, now: number): ReadonlyArray<NewEvent> => {
  let grown = 0;
  const events = proposed.map(({ id, type, isJson, data, metadata }): NewEvent => {
    const body = isJson ? parsed(data) : undefined;
    const about = parsed(metadata);
    const flags = (isJson ? 0 : BINARY) + (body ? 0 : RAW_DATA) + (about ? 0 : RAW_METADATA);
    grown += (body ? 0 : growth(data)) + (about ? 0 : growth(metadata));
    return {
      id,
      type,
      version: now * FLAGS + flags,
      data: body ? body.value : base64(data),
      metadata: about ? about.value : base64(metadata),
    };
  });
  const size = proposed.reduce((sum, event) => sum + sizeOf(event), 0);
  return size + grown > MAX_APPEND_SIZE ? aside(asideOf(logId), proposed, events) : events;
};

const aside = (
  kept: Map<string, Kept>,
  proposed: ReadonlyArray<Proposed>,
  events: ReadonlyArray<NewEvent>,
): ReadonlyArray<NewEvent> => {
  for (const { id, data, metadata } of proposed) kept.set(id, { data, metadata });
  return events.map(({ version, ...event }) => ({ ...event, version: version + ASIDE, data: 0, metadata: 0 }));
};

export const fromKept = (logId: string, event: RecordedEvent): Payload => {
  // An event that was written beside the wire has a version of its own, which is a small number.
  const onWire = event.version > 1e12;
  const flags = onWire ? event.version % FLAGS : 0;
  const created = onWire ? Math.floor(event.version / FLAGS) : 0;
  const isJson = (flags & BINARY) === 0;
  if ((flags & ASIDE) !== 0) {
    const kept = asideOf(logId).get(event.id);
    if (kept === undefined) throw new Error(`the payload of ${event.id} was kept in a process that has ended`);
    return { isJson, created, ...kept };
  }
  return {
    isJson,
    created,
    data: bytesOf(event.data, (flags & RAW_DATA) !== 0),
    metadata: bytesOf(event.metadata, (flags & RAW_METADATA) !== 0),
  };
};

const bytesOf = (value: unknown, raw: boolean): Buffer =>
  raw ? Buffer.from(String(value), 'base64') : Buffer.from(JSON.stringify(value));

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** By how much base64 and its quotes are longer. */
const growth = (bytes: Uint8Array): number => Math.ceil(bytes.length / 3) * 4 + 2 - bytes.length;

/** The value of a text that would be written just so again. */
const parsed = (bytes: Uint8Array): { readonly value: unknown } | undefined => {
  if (bytes.length === 0 || !isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? { value } : undefined;
  } catch {
    return undefined;
  }
};
