import { LRUCache } from 'lru-cache';
import {
  type EventStore,
  type Position,
  type RecordedEvent,
  StoreFailed,
  type StoreFailure,
  type StreamName,
} from '#libs/event-store';
import { E, type TE } from '#libs/kernel';
import { eventMessage } from './messages.js';
import { fromKept } from './payload.js';
import { Positions } from './positions.js';

const CACHE = 64 * 1024 * 1024;
/** Stands before the names in which the embedded store would miss a category. */
const NO_CATEGORY = '\u0001-';

/** The wire takes any name for a stream, the embedded store wants a dash in it. */
export const keptName = (stream: string): StreamName =>
  stream.includes('-') ? (stream as StreamName) : `${NO_CATEGORY}${stream}`;

export const wireName = (stream: StreamName): string =>
  stream.startsWith(NO_CATEGORY) ? stream.slice(NO_CATEGORY.length) : stream;

export const META = '$$';

/** What the servers of a cluster have in common: one log, and its events as they go over the wire. */
export class Log {
  readonly positions: Positions;
  private readonly messages = new LRUCache<number, Buffer>({ maxSize: CACHE, sizeCalculation: ({ length }) => length });
  private readonly tombstones = new Set<string>();

  constructor(
    readonly store: EventStore,
    split: boolean,
  ) {
    this.positions = new Positions(split);
  }

  tombstone(stream: string): void {
    this.tombstones.add(stream);
  }

  isDeleted(stream: string): boolean {
    return this.tombstones.has(stream) || (stream.startsWith(META) && this.tombstones.has(stream.slice(META.length)));
  }

  /** The event as an answer to Read; made once, whoever reads it. */
  message(event: RecordedEvent): Buffer {
    const key = Number(event.position);
    const known = this.messages.get(key);
    if (known !== undefined) return known;
    const { isJson, created, data, metadata } = fromKept(this.store.logId, event);
    const message = eventMessage({
      id: event.id,
      stream: wireName(event.stream),
      revision: event.revision,
      type: event.type,
      contentType: isJson ? 'application/json' : 'application/octet-stream',
      created: String(created * 10_000),
      data,
      metadata,
      ...this.positions.wire(event.position),
    });
    this.messages.set(key, message);
    return message;
  }

  read(stream: string, from: number | undefined, limit: number, backwards: boolean): Promise<Events> {
    const direction = backwards ? 'backwards' : 'forwards';
    return orThrow(this.store.read(keptName(stream), { direction, limit, ...(from !== undefined && { from }) }));
  }

  async readAll(from: Position | undefined, limit: number, backwards: boolean): Promise<Events> {
    const direction = backwards ? 'backwards' : 'forwards';
    return (await orThrow(this.store.readAll({ direction, limit, ...(from !== undefined && { from }) }))).events;
  }

  head(): Promise<Position> {
    return orThrow(this.store.head());
  }

  /** The last event of a stream. */
  async lastOf(stream: string): Promise<RecordedEvent | undefined> {
    return (await this.read(stream, undefined, 1, true))[0];
  }

  /** `$maxCount` of a stream's metadata holds from the moment the metadata is written. */
  async retain(stream: string, metadata: string): Promise<void> {
    const kept = maxCountOf(metadata);
    const maxCount = Number.isSafeInteger(kept) && Number(kept) > 0 ? Number(kept) : Number.MAX_SAFE_INTEGER;
    await orThrow(this.store.setRetention(keptName(stream), { maxCount }));
  }
}

type Events = ReadonlyArray<RecordedEvent>;

const maxCountOf = (metadata: string): unknown => {
  try {
    return (JSON.parse(metadata) as { readonly $maxCount?: unknown } | null)?.$maxCount;
  } catch {
    return undefined;
  }
};

const orThrow = async <A>(read: TE.TaskEither<StoreFailure, A>): Promise<A> => {
  const answer = await read();
  if (E.isLeft(answer)) throw new StoreFailed(answer.left);
  return answer.right;
};
