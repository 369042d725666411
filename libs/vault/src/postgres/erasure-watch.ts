import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Elsewhere } from '../key-rows.js';
import type { Connections } from './connections.js';
import { CHANNEL } from './erasures.js';

const HEARTBEAT = 1_000;
const ANSWERED = { query_timeout: 2_000 };
/** How long after the last proof of it the connection is still believed to bring everything. */
const TRUST = 3_000;
const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

/** A pooler may answer each question on another connection, and drops what that hears between them. */
const isTheServers = (client: pg.Client, pid: number): boolean => 'processID' in client && client.processID === pid;

const heartbeat = async (client: pg.Client): Promise<void> => {
  const query = { text: 'SELECT pg_backend_pid() AS pid', ...ANSWERED };
  const [row] = (await client.query<{ pid: number }>(query)).rows;
  if (row === undefined || !isTheServers(client, row.pid)) throw new Error('a pooler stands before the server');
};

/**
 * One connection that hears of erasures. What comes over it comes in order: when the server has answered a heartbeat, all
 * that was erased before the heartbeat was sent has been heard. Without such an answer nothing is in touch.
 */
export class ErasureWatch implements Elsewhere {
  private readonly ending = new AbortController();
  private heardUntil = Number.NEGATIVE_INFINITY;
  private forget: (subject?: string) => void = () => undefined;

  constructor(private readonly connections: Connections) {}

  follow(forget: (subject?: string) => void): void {
    this.forget = forget;
    void this.keepListening();
  }

  inTouch(): boolean {
    return performance.now() - this.heardUntil < TRUST;
  }

  close(): void {
    this.ending.abort();
  }

  private async keepListening(): Promise<void> {
    const { signal } = this.ending;
    let wait = SHORTEST_PAUSE;
    while (!signal.aborted) {
      // Making a connection reads certificates, and may throw for that.
      const heard = await this.listenOnce().catch(() => false);
      wait = heard ? SHORTEST_PAUSE : Math.min(2 * wait, LONGEST_PAUSE);
      await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Until the connection is lost, or the vault is closed. Whether anything could be heard over it. */
  private async listenOnce(): Promise<boolean> {
    const client = this.connections.single();
    const over = new AbortController();
    const lose = (): void => {
      if (over.signal.aborted) return;
      over.abort();
      this.heardUntil = Number.NEGATIVE_INFINITY;
      this.forget();
    };
    client.on('error', lose);
    client.on('end', lose);
    this.ending.signal.addEventListener('abort', lose, { signal: over.signal });
    let heard = false;
    try {
      await client.connect();
      client.on('notification', ({ payload }) => this.forget(payload));
      await client.query({ text: `LISTEN ${CHANNEL}`, ...ANSWERED });
      // From here on nothing is missed. What was read before may have been erased unheard.
      this.forget();
      for (;;) {
        const sentAt = performance.now();
        await heartbeat(client);
        over.signal.throwIfAborted();
        this.heardUntil = sentAt;
        heard = true;
        await pause(HEARTBEAT, undefined, { signal: over.signal });
      }
    } catch {
      // Whatever it was, the answer to it is another connection.
    }
    lose();
    client.connection.stream.destroy();
    return heard;
  }
}
