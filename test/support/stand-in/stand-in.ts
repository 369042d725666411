import { randomUUID } from 'node:crypto';
import type { EventStore } from '#libs/event-store';
import type { Tls } from './listener.js';
import { openLog, type StandIn, startMember } from './started.js';

export type { StandIn } from './started.js';

export interface StandInOptions {
  /** Embedded, underneath. One of its own when left out, which is removed at the close. */
  readonly store?: EventStore;
  /** A free one when left out, or 0. */
  readonly port?: number;
  readonly tls?: Tls;
  /** Events are prepared at another position than they are committed at, and both halves count. */
  readonly split?: boolean;
}

/** One server: a cluster of its own. */
export const startStandIn = async ({ store, port = 0, tls, split = false }: StandInOptions = {}): Promise<StandIn> => {
  const { log, release } = await openLog(store, split);
  const id = randomUUID();
  const { standIn } = await startMember({
    ...{ id, log, port, tls },
    known: () => [{ id, host: standIn.host, port: standIn.port, isLeader: true, isAlive: true }],
    closed: release,
  });
  return standIn;
};
