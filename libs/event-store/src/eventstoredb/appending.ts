import { setTimeout as sleep } from 'node:timers/promises';
import { APPEND_LIMIT, encode } from '../encoded.js';
import type { Appended, ExpectedRevision, NewEvent, StoreFailure, StreamName } from '../event-store.js';
import { START } from '../event-store.js';
import { StoreFailed, unavailable } from '../store-failed.js';
import type { Client } from './client.js';
import { isKnown, positionOf } from './log-position.js';
import { PAGE, readSlice } from './reading.js';
import { asWritten, type Found, recorded, sizeOfEnvelopes } from './recorded.js';
import { NotAppended, type Place, settled } from './settling.js';

/** How far back an append that expects no revision looks for an earlier one of the same ids: the port's own promise. */
const REPEAT_WINDOW = 1_000;

/** How often an append that expects no revision is overtaken before it gives up. */
const ATTEMPTS = 100;

const fail = (failure: StoreFailure): never => {
  throw new StoreFailed(failure);
};

const failureOf = (stream: StreamName, { trouble }: NotAppended): StoreFailure => {
  switch (trouble.kind) {
    case 'conflict':
      return { _tag: 'RevisionConflict', stream, actual: trouble.actual };
    case 'no-stream':
      return { _tag: 'RevisionConflict', stream, actual: null };
    case 'deleted':
      return { _tag: 'CorruptEvent', stream, revision: -1, why: 'somebody deleted the stream in the store' };
    case 'too-large':
      return unavailable(
        `EventStoreDB takes ${String(trouble.limit)} bytes in one append: raise its MaxAppendSize to at least 1 MiB`,
      );
    case 'refused':
      return unavailable(trouble.cause);
  }
};

/** The stream's last event; undefined when there is none. */
const lastEvent = async (client: Client, stream: StreamName): Promise<Found | undefined> =>
  (await readSlice(client, stream, { direction: 'backwards', from: 'end', limit: 1 }))[0];

const endOf = (last: Found | undefined): Appended =>
  last === undefined
    ? { revision: -1, position: START }
    : { revision: Number(last.revision), position: recorded(last).position };

/** The newest events, newest first: as many as a repeat is looked for among. */
const newest = async (client: Client, stream: StreamName): Promise<ReadonlyArray<Found>> => {
  const found = [...(await readSlice(client, stream, { direction: 'backwards', from: 'end', limit: PAGE }))];
  while (found.length > 0 && found.length % PAGE === 0 && found.length < REPEAT_WINDOW) {
    const from = Number(found.at(-1)?.revision ?? 0n) - 1;
    if (from < 0) break;
    const more = await readSlice(client, stream, { direction: 'backwards', from, limit: PAGE });
    if (more.length === 0) break;
    found.push(...more);
  }
  return found;
};

/** Where these very events are already, in this order and next to each other. */
const repeatIn = (found: ReadonlyArray<Found>, events: ReadonlyArray<NewEvent>): Appended | undefined => {
  const backwards = events.map(({ id }) => id).reverse();
  const at = found.findIndex(({ id }) => id === backwards[0]);
  const last = found[at];
  return last !== undefined && backwards.every((id, n) => found[at + n]?.id === id) ? endOf(last) : undefined;
};

const write = async (
  client: Client,
  stream: StreamName,
  place: Place,
  events: ReadonlyArray<NewEvent>,
): Promise<Appended> => {
  const result = await settled(client, stream, place, events.map(asWritten));
  const revision = Number(result.nextExpectedRevision);
  if (isKnown(result.position)) return { revision, position: positionOf(result.position) };
  // A repeat of what retention has hidden since: the server has no position of it any more. The stream's end is beyond it.
  return { revision, position: endOf(await lastEvent(client, stream)).position };
};

/** How long a conflict waits for readers to see what it was about, in ms. */
const VISIBLE = 2_000;

/**
 * The server tells of a conflict as soon as the other event lies on its own disk; readers see that one when the others have it, too.
 * Whoever decides again before would decide on the same, and meet the same conflict.
 */
const visible = async (
  client: Client,
  stream: StreamName,
  { kind, ...trouble }: NotAppended['trouble'],
): Promise<void> => {
  const actual = kind === 'conflict' && 'actual' in trouble ? trouble.actual : null;
  if (actual === null) return;
  const until = performance.now() + VISIBLE;
  for (let pause = 5; performance.now() < until; pause = Math.min(pause * 2, 100)) {
    if (Number((await lastEvent(client, stream))?.revision ?? -1n) >= actual) return;
    await sleep(pause);
  }
};

/** Overtaken; or another node leads. What expects nothing was not decided on anything. */
const isToTryAgain = (error: unknown): boolean => {
  if (error instanceof NotAppended) return error.trouble.kind === 'conflict';
  return error instanceof StoreFailed && error.failure._tag === 'StoreUnavailable' && error.failure.moved === true;
};

/**
 * Where any place will do, one is chosen: behind the stream's end as it is now. So a lost answer can be settled here too, and a repeat is found
 * in the stream itself.
 */
const writeAnywhere = async (
  client: Client,
  stream: StreamName,
  expected: 'any' | 'stream-exists',
  events: ReadonlyArray<NewEvent>,
): Promise<Appended> => {
  for (let attempt = 1; ; attempt += 1) {
    const found = await newest(client, stream);
    if (found.length === 0 && expected === 'stream-exists')
      return fail({ _tag: 'RevisionConflict', stream, actual: null });
    const repeat = repeatIn(found, events);
    if (repeat !== undefined) return repeat;
    try {
      return await write(client, stream, found[0]?.revision ?? 'no_stream', events);
    } catch (error) {
      if (!isToTryAgain(error) || attempt === ATTEMPTS) throw error;
      if (error instanceof NotAppended) await visible(client, stream, error.trouble);
    }
  }
};

const writeNothing = async (client: Client, stream: StreamName, expected: ExpectedRevision): Promise<Appended> => {
  const end = endOf(await lastEvent(client, stream));
  const met =
    typeof expected === 'number'
      ? expected === end.revision
      : expected === 'any' || (expected === 'no-stream') === end.revision < 0;
  return met ? end : fail({ _tag: 'RevisionConflict', stream, actual: end.revision < 0 ? null : end.revision });
};

/** Throws a TypeError for what no store could hold, `StoreFailed` for everything else that can go wrong. */
export const append = async (
  client: Client,
  stream: StreamName,
  expected: ExpectedRevision,
  events: ReadonlyArray<NewEvent>,
): Promise<Appended> => {
  const encoded = encode(stream, events);
  const bytes = encoded.bytes + sizeOfEnvelopes(encoded.events);
  if (bytes > APPEND_LIMIT) return fail({ _tag: 'AppendTooLarge', bytes, limit: APPEND_LIMIT });
  try {
    if (events.length === 0) return await writeNothing(client, stream, expected);
    return expected === 'any' || expected === 'stream-exists'
      ? await writeAnywhere(client, stream, expected, events)
      : await write(client, stream, expected === 'no-stream' ? 'no_stream' : BigInt(expected), events);
  } catch (error) {
    if (!(error instanceof NotAppended)) throw error;
    await visible(client, stream, error.trouble);
    throw new StoreFailed(failureOf(stream, error));
  }
};
