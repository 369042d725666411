import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import type { StreamName } from '../event-store.js';
import { StoreFailed, unavailable } from '../store-failed.js';
import type { Client } from './client.js';
import type { LogPosition } from './log-position.js';
import type { Found } from './recorded.js';
import { troubleOf } from './trouble.js';

/** How long the server may be silent in the middle of a read, in ms: a read has no deadline of its own in this client. */
const SILENCE = 2_000;

/** Events asked for at once: what a call can hold open, and what it can put into memory, is bounded by it. */
export const PAGE = 500;

/** What a leader answers; a follower may not have what was acknowledged, and sends us to the leader. */
export const fromLeader = { requiresLeader: true, resolveLinkTos: false } as const;

export type Direction = 'forwards' | 'backwards';

/**
 * Everything that one bounded read brings. A call that does not end by itself is ended: one that is left alone stays open, and
 * after a hundred of them the server takes no more.
 */
const gathered = (client: Client, read: StreamingRead<ResolvedEvent>): Promise<ReadonlyArray<Found>> =>
  new Promise((resolve, reject) => {
    const events: Found[] = [];
    const fail = (error: Error): void => {
      clearTimeout(silence);
      void read.cancel().catch(() => undefined);
      reject(error);
    };
    const silence = setTimeout(() => {
      client.lookAgain();
      fail(new Error(`EventStoreDB has not answered a read for ${String(SILENCE)} ms`));
    }, SILENCE);
    read.on('data', ({ event }: ResolvedEvent) => {
      silence.refresh();
      if (event !== undefined) events.push(event);
    });
    read.on('end', () => {
      clearTimeout(silence);
      resolve(events);
    });
    // Stays for as long as the read does: the client tells of a cancelled call, too, and an error unheard ends the process.
    read.on('error', (error: unknown) => {
      fail(error instanceof Error ? error : new Error(String(error)));
    });
  });

const failed = (error: unknown, stream: StreamName): StoreFailed => {
  if (error instanceof StoreFailed) return error;
  const trouble = troubleOf(error);
  switch (trouble.kind) {
    case 'deleted':
      return new StoreFailed({
        _tag: 'CorruptEvent',
        stream,
        revision: -1,
        why: 'somebody deleted the stream in the store',
      });
    case 'conflict':
    case 'no-stream':
    case 'too-large':
      return new StoreFailed(unavailable(`EventStoreDB answered a read with "${trouble.kind}"`));
    case 'refused':
    case 'unknown':
      return new StoreFailed(unavailable(trouble.cause));
  }
};

/** How long a read is tried that another node has to answer, or whose connection was just lost, in ms. */
const PATIENCE = 4_500;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 500;

/** Reading changes nothing: so it is simply tried again, on a connection that the client makes anew. */
const again = async <A>(client: Client, stream: StreamName, read: () => Promise<A>): Promise<A> => {
  const until = performance.now() + PATIENCE;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await read();
    } catch (error) {
      const final = error instanceof StoreFailed || troubleOf(error).kind !== 'unknown';
      if (final || client.isLeaving || performance.now() + pause > until) throw failed(error, stream);
    }
    await sleep(pause);
  }
};

export interface Slice {
  readonly direction: Direction;
  readonly from: number | 'start' | 'end';
  readonly limit: number;
}

/** A slice of one stream as the server has it; empty where there is no stream. At most `PAGE` events. */
export const readSlice = (
  client: Client,
  stream: StreamName,
  { direction, from, limit }: Slice,
): Promise<ReadonlyArray<Found>> =>
  again(client, stream, async () => {
    const fromRevision = typeof from === 'number' ? BigInt(from) : from;
    try {
      return await gathered(
        client,
        client.readStream(stream, { ...fromLeader, direction, fromRevision, maxCount: limit }),
      );
    } catch (error) {
      if (troubleOf(error).kind === 'no-stream') return [];
      throw error;
    }
  });

/** A slice of the whole log, the server's own events among them. Forwards it begins with what is at `from`, backwards before it. */
export const readLog = (
  client: Client,
  direction: Direction,
  fromPosition: LogPosition | 'start' | 'end',
  limit: number,
): Promise<ReadonlyArray<Found>> =>
  again(client, '$all-log', () =>
    gathered(client, client.readAll({ ...fromLeader, direction, fromPosition, maxCount: limit })),
  );
