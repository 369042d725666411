import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFoundation } from '../../apps/server/src/adapters.js';
import type { OpenFoundation } from '../../apps/server/src/server.js';
import type { EventStore } from '#libs/event-store';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { EventStoreDb } from '#libs/event-store/eventstoredb';
import { cast } from '../support/cast.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { fill, rebuilt, scanned } from './key-log.js';
import type { Measured } from './load.js';
import { type LogProcess, startLog } from './log-process.js';
import { type Desk, desk, generator, inProcess, middle, overHttp, told } from './making-keys.js';
import { busyBefore } from './machine.js';
import { conditions, print, verdict } from './report.js';
import { type Append, appends, bareClient, throughStore } from './ways-to-append.js';

/** What the wire costs: commands, the rebuild and single appends, through it and on the embedded log, side by side. */
const callers = 64;
const seconds = Number(process.env['WRIT_TEST_SECONDS'] ?? 3);
const events = Number(process.env['WRIT_TEST_EVENTS'] ?? 60_000);
const rounds = 3;

/** CPU of the other side of the wire while `work` is done, in microseconds. */
const beside = async <A>(log: LogProcess, work: () => Promise<A>): Promise<readonly [A, number]> => {
  const before = await log.cpu();
  const answer = await work();
  return [answer, ((await log.cpu()) - before) * 1e6];
};

const whole = (value: number): string => Math.round(value).toLocaleString('en');

const medians = new Map<string, Measured>();
const keep = (rows: ReadonlyMap<string, ReadonlyArray<Measured>>): void => {
  for (const [name, measured] of rows) medians.set(name, middle(measured));
};

/** How many times the first is as fast as the second, by the middle of their rounds. */
const times = (one: string, other: string): string =>
  ((medians.get(one)?.rate ?? 0) / (medians.get(other)?.rate ?? 1)).toFixed(2);

const openEmbedded = async (): Promise<{ readonly store: EventStore; readonly remove: () => Promise<void> }> => {
  const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
  const store = await EmbeddedEventStore.open(directory);
  return {
    store,
    remove: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
};

const compareAppends = async (): Promise<void> => {
  print('single appends of one key’s event, each to a stream of its own');
  const log = await startLog();
  const embedded = await openEmbedded();
  const rows = new Map<string, Measured[]>();
  const row = async (name: string, append: Append, atOnce: number): Promise<void> => {
    const [measured, there] = await beside(log, () => appends(append, atOnce, seconds / 2));
    const key = `${name}, ${String(atOnce)} at once`;
    rows.set(key, [...(rows.get(key) ?? []), measured]);
    const wire = name === 'embedded' ? '' : `, there ${whole(there / ((measured.rate * seconds) / 2))}`;
    print(`${told(key, measured)}   CPU of each, in µs: here ${whole(measured.cpu)}${wire}`);
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const atOnce of [1, 32]) {
      const client = bareClient(log.connectionString);
      await row('the client, batch stream', client.append(true), atOnce);
      await row('the client, single calls', client.append(false), atOnce);
      await client.shut();
      const adapter = await EventStoreDb.open(log.connectionString);
      await row('the adapter', throughStore(adapter), atOnce);
      await adapter.close();
      await row('embedded', throughStore(embedded.store), atOnce);
    }
  }
  keep(rows);
  await embedded.remove();
  await log.stop();
  print('');
};

/** The server over the wire, with its vault in a file, as the other has it: they differ by the log alone. */
const overWire =
  (connectionString: string): OpenFoundation =>
  async (config) => {
    const foundation = await openFoundation(config);
    await foundation.store.close();
    return { ...foundation, store: await EventStoreDb.open(connectionString), alone: false };
  };

const desksOf = async ({ client }: TestServer): Promise<ReadonlyArray<Desk>> => {
  const everyone = await cast(client);
  const desks: Desk[] = [];
  for (let n = 0; n < callers; n += 1) desks.push(await desk(client, everyone, n));
  return desks;
};

const compareCommands = async (): Promise<void> => {
  print(`commands: keys made by ${String(callers)} callers of one organization`);
  const log = await startLog();
  const servers = {
    embedded: await startTestServer(),
    'the wire': await startTestServer({ open: overWire(log.connectionString) }),
  };
  const rows = new Map<string, Measured[]>();
  const desks = { embedded: await desksOf(servers.embedded), 'the wire': await desksOf(servers['the wire']) };
  for (let round = 0; round < rounds; round += 1) {
    for (const how of ['in process', 'over HTTP'] as const)
      for (const where of ['embedded', 'the wire'] as const) {
        const { server, client } = servers[where];
        const before = process.cpuUsage();
        const work = () =>
          how === 'in process'
            ? inProcess(server.commands, desks[where], seconds)
            : overHttp(client, desks[where], seconds);
        const [measured, there] = await beside(log, work);
        const { user, system } = process.cpuUsage(before);
        const key = `${how}, ${where}`;
        rows.set(key, [...(rows.get(key) ?? []), measured]);
        const made = measured.rate * seconds;
        const wire = where === 'embedded' ? '' : `, there ${whole(there / made)}`;
        print(`${told(key, measured)}   CPU of each, in µs: here ${whole((user + system) / made)}${wire}`);
      }
  }
  keep(rows);
  await servers.embedded.remove();
  await servers['the wire'].remove();
  await log.stop();
  print('');
};

const compareRebuilds = async (): Promise<void> => {
  print(`rebuild of the live state from ${whole(events)} events`);
  const log = await startLog();
  const embedded = await openEmbedded();
  const wire = await EventStoreDb.open(log.connectionString);
  const rows = new Map<string, Measured[]>();
  await fill(embedded.store, events);
  await fill(wire, events, 256);
  for (let round = 0; round < rounds; round += 1) {
    for (const [key, store] of [
      ['rebuild, embedded', embedded.store],
      ['rebuild, the wire', wire],
    ] as const) {
      const head = await store.head()();
      if (head._tag === 'Left') throw new Error(head.left._tag);
      const bare = await scanned(store, head.right);
      const [{ rate, perCpu }, there] = await beside(log, () => rebuilt(store, head.right, events));
      rows.set(key, [...(rows.get(key) ?? []), { rate, p50: 0, p99: 0 }]);
      const other = store === wire ? `, ${whole(events / (there / 1e6))} there` : '';
      print(
        `${key.padEnd(34)} ${whole(rate).padStart(8)} events/s   per CPU second: ${whole(perCpu)} here${other}   (bare scan ${whole(bare)} events/s)`,
      );
    }
  }
  keep(rows);
  await wire.close();
  await embedded.remove();
  await log.stop();
  print('');
};

conditions('wire', {
  callers,
  seconds,
  rounds,
  events,
  'the wire':
    'a stand-in that speaks the wire protocol, over an embedded log, as a process on the same cores: no EventStoreDB',
  embedded: 'synchronous=FULL, here and under the stand-in',
  generator,
  beside: await busyBefore(),
});
await compareAppends();
await compareCommands();
await compareRebuilds();

for (const atOnce of [1, 32]) {
  const way = `${String(atOnce)} at once`;
  print(
    `single calls : batch stream, ${way}: ${times(`the client, single calls, ${way}`, `the client, batch stream, ${way}`)} of the rate`,
  );
}
for (const how of ['in process', 'over HTTP'])
  print(`commands ${how}, the wire : embedded: ${times(`${how}, the wire`, `${how}, embedded`)} of the rate`);
print(`rebuild, the wire : embedded: ${times('rebuild, the wire', 'rebuild, embedded')} of the rate`);
const http = medians.get('over HTTP, the wire')?.rate ?? 0;
verdict('commands over HTTP through the wire', `${whole(http)}/s`, '≥ 500/s, the load of F2', http >= 500);
