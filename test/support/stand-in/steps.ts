import { randomUUID } from 'node:crypto';
import {
  type AllStreamSubscription,
  type AppendResult,
  binaryEvent,
  type EventData,
  type EventStoreDBClient,
  jsonEvent,
  type JSONType,
  type Position,
  type StreamSubscription,
} from '@eventstore/db-client';

/** With credentials of its own, an append is a call of its own; without, it is one of a batch. */
export const paths = {
  batch: {},
  single: { credentials: { username: 'admin', password: 'changeit' } },
} as const;

export type Path = keyof typeof paths;

export const json = (data: JSONType = {}): EventData =>
  jsonEvent({ id: randomUUID(), type: 'Happened', data, metadata: { by: 'spec' } });

export const many = (count: number): EventData[] => Array.from({ length: count }, (_, n) => json({ n }));

export const binary = (data: Uint8Array): EventData => binaryEvent({ id: randomUUID(), type: 'Bytes', data });

export const idsOf = (events: ReadonlyArray<EventData>): ReadonlyArray<string> => events.map(({ id }) => id);

export interface Seen {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
  readonly position: Position | undefined;
}

interface Delivered {
  readonly event?: {
    readonly id: string;
    readonly streamId: string;
    readonly revision: bigint;
    readonly type: string;
    readonly data: unknown;
    readonly metadata?: unknown;
    readonly position?: Position;
  };
}

const seenIn = ({ event }: Delivered): Seen => {
  if (event === undefined) throw new Error('a link, and nobody writes links here');
  const { id, streamId: stream, type, data, metadata, position } = event;
  return { id, stream, revision: Number(event.revision), type, data, metadata, position };
};

/** All that a read delivers. */
export const all = async (read: AsyncIterable<Delivered>): Promise<Seen[]> => {
  const seen: Seen[] = [];
  for await (const delivered of read) seen.push(seenIn(delivered));
  return seen;
};

/** What is delivered by a subscription, as it comes, and how it ends. */
export interface Followed {
  readonly seen: Seen[];
  readonly told: string[];
  readonly ended: Promise<unknown>;
}

export const follow = (subscription: StreamSubscription | AllStreamSubscription): Followed => {
  const seen: Seen[] = [];
  const told: string[] = [];
  for (const name of ['confirmation', 'caughtUp'] as const)
    subscription.on(name as 'confirmation', () => told.push(name));
  (subscription as AllStreamSubscription).on('data', (delivered) => seen.push(seenIn(delivered)));
  const ended = new Promise((resolve) => {
    subscription.on('error', resolve);
    subscription.on('end', () => {
      resolve('ended');
    });
  });
  return { seen, told, ended };
};

/** Appends, and answers with what the client threw where it did. */
export const tried = (append: Promise<AppendResult>): Promise<unknown> => append.catch((thrown: unknown) => thrown);

/** What did not come in so many milliseconds. */
export const within = async <A>(ms: number, promise: Promise<A>): Promise<A | 'nothing'> => {
  let timer: NodeJS.Timeout | undefined;
  const nothing = new Promise<'nothing'>((resolve) => {
    timer = setTimeout(() => {
      resolve('nothing');
    }, ms);
  });
  try {
    return await Promise.race([promise, nothing]);
  } finally {
    clearTimeout(timer);
  }
};

/** Appends one after the other, to streams of their own. */
export const fill = async (client: EventStoreDBClient, streams: ReadonlyArray<string>): Promise<EventData[]> => {
  const events: EventData[] = [];
  for (const stream of streams) {
    const event = json({ stream });
    await client.appendToStream(stream, event);
    events.push(event);
  }
  return events;
};
