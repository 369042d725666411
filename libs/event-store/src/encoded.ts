import type { NewEvent, StreamName } from './event-store.js';

/** What EventStoreDB takes in one append, unless told otherwise. */
export const APPEND_LIMIT = 1024 * 1024;

/** An event on its way to a store: data and metadata already as JSON. */
export type EncodedEvent = readonly [id: string, type: string, version: number, data: string, metadata: string];

export interface Encoded {
  readonly events: ReadonlyArray<EncodedEvent>;
  /** As EventStoreDB counts: data and metadata in UTF-8, and two bytes for each character of the type. */
  readonly bytes: number;
}

/** Throws a TypeError for what no store could hold: that is a defect of the caller, never an answer. */
export const encode = (stream: StreamName, events: ReadonlyArray<NewEvent>): Encoded => {
  if (!stream.includes('-') || !isWellFormed(stream)) {
    throw new TypeError(`not the name of a stream: ${JSON.stringify(stream)}`);
  }
  if (new Set(events.map(({ id }) => id)).size < events.length) {
    throw new TypeError(`two events of one append to ${stream} have the same id`);
  }
  const encoded = events.map(({ id, type, version, data, metadata }): EncodedEvent => {
    if (!isWellFormed(type)) throw new TypeError(`not the type of an event: ${JSON.stringify(type)}`);
    if (!Number.isSafeInteger(version)) throw new TypeError(`not the version of an event: ${String(version)}`);
    return [id, type, version, json(data, 'data', type), json(metadata, 'metadata', type)];
  });
  return { events: encoded, bytes: encoded.reduce((sum, event) => sum + sizeOf(event), 0) };
};

const sizeOf = ([, type, , data, metadata]: EncodedEvent): number =>
  Buffer.byteLength(data) + Buffer.byteLength(metadata) + 2 * type.length;

/** `JSON.stringify` throws for a BigInt and a cycle, and answers undefined for what has no JSON at all. */
const json = (value: unknown, part: string, type: string): string => {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`the ${part} of ${type} cannot be written as JSON`);
  return text;
};

/** UTF-8 has no lone surrogates: two names that differ only there would be one on the disk. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
