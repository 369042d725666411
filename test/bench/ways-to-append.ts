import { performance } from 'node:perf_hooks';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { EventStore, NewEvent, StreamName } from '#libs/event-store';
import type { OrganizationId, ProjectId } from '#libs/kernel';
import { keyMade } from './key-log.js';
import type { Measured } from './load.js';
import { percentile } from './report.js';

export type Append = (stream: StreamName, event: NewEvent) => Promise<unknown>;

export interface Appends extends Measured {
  /** Microseconds of this process's CPU for each. */
  readonly cpu: number;
}

/** The client by itself, which is told how to send appends in place of asking the server what it can. */
export class BareClient extends EventStoreDBClient {
  private batches = false;
  protected override readonly supports = (): Promise<boolean> => Promise.resolve(this.batches);

  /** One call each, as the adapter has it; or all of them over the one stream that the client would choose. */
  append(batches: boolean): Append {
    return (stream, { id, type, version, data, metadata }) => {
      this.batches = batches;
      const event = jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { version, metadata } });
      return this.appendToStream(stream, [event], { expectedRevision: 'no_stream', requiresLeader: true });
    };
  }

  async shut(): Promise<void> {
    await this.dispose();
    (await this.getChannel()).close();
  }
}

export const bareClient = (connectionString: string): BareClient => {
  const { hostname, port } = new URL(connectionString);
  return new BareClient({ endpoint: { address: hostname, port: Number(port) } }, { insecure: true });
};

export const throughStore =
  (store: EventStore): Append =>
  async (stream, event) => {
    const answer = await store.append(stream, 'no-stream', [event])();
    if (answer._tag === 'Left') throw new Error(answer.left._tag);
  };

let serial = 0;

/** One event to a new stream, over and over. */
export const appends = async (append: Append, callers: number, seconds: number): Promise<Appends> => {
  const times: number[] = [];
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  const until = from + seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < until) {
        serial += 1;
        const [stream, made] = keyMade(serial, 'org_1' as OrganizationId, 'proj_1' as ProjectId);
        const asked = performance.now();
        await append(stream, made);
        times.push(performance.now() - asked);
      }
    }),
  );
  const took = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  const all = Float64Array.from(times);
  return {
    rate: (times.length / took) * 1000,
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
    cpu: (user + system) / times.length,
  };
};
