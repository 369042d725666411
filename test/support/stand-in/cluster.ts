import { randomUUID } from 'node:crypto';
import type { EventStore } from '#libs/event-store';
import { notLeader } from './failures.js';
import { HOST, type Tls } from './listener.js';
import type { Known, Member } from './member.js';
import { openLog, type StandIn, startMember } from './started.js';

export interface StandInClusterOptions {
  readonly store?: EventStore;
  readonly tls?: Tls;
  readonly split?: boolean;
}

/** Three servers over one store. Of calls that require it, only the leader serves. */
export interface StandInCluster {
  readonly members: ReadonlyArray<StandIn>;
  readonly connectionString: string;
  readonly store: EventStore;
  leader(): StandIn;
  /** Another one leads from now on. The old one ends its subscriptions, and whatever is under way there, with NotLeader. */
  elect(n: number): void;
  close(): Promise<void>;
}

const SIZE = 3;

export const startStandInCluster = async (options: StandInClusterOptions = {}): Promise<StandInCluster> => {
  const { log, release } = await openLog(options.store, options.split ?? false);
  let leading = 0;
  const started: Array<{ readonly id: string; readonly standIn: StandIn; readonly member: Member }> = [];
  const closed = new Set<string>();
  const known = (): ReadonlyArray<Known> =>
    started.map(({ id, standIn: { host, port } }, n) => ({
      ...{ id, host, port },
      isLeader: n === leading,
      isAlive: !closed.has(id),
    }));
  for (let n = 0; n < SIZE; n += 1) {
    const id = randomUUID();
    const gone = (): Promise<void> => Promise.resolve();
    const closing = (): void => {
      closed.add(id);
    };
    started.push({
      id,
      ...(await startMember({ ...{ id, log, known, closing }, port: 0, tls: options.tls, closed: gone })),
    });
  }
  const at = (n: number): (typeof started)[number] => {
    const member = started[n];
    if (member === undefined) throw new RangeError(`no member ${String(n)}`);
    return member;
  };
  const members = started.map(({ standIn }) => standIn);
  const addresses = members.map(({ port }) => `${HOST}:${String(port)}`).join(',');
  return {
    members,
    connectionString: `esdb://${addresses}?tls=${String(options.tls !== undefined)}`,
    store: log.store,
    leader: () => at(leading).standIn,
    elect: (n) => {
      const [before, after] = [at(leading), at(n)];
      leading = n;
      if (before !== after) before.member.resign(notLeader(after.standIn));
    },
    close: async () => {
      await Promise.all(members.map((member) => member.close()));
      await release();
    },
  };
};
