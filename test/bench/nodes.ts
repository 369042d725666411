import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { type AllStreamResolvedEvent, END } from '@eventstore/db-client';
import { type Cast, cast, type MadeKey, makeKey, project } from '../support/cast.js';
import { idOf, START } from '#libs/event-store';
import type { Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { nodesOverOneLog } from '../support/nodes.js';
import { cutOff, EVERY, type Round } from './cut-off.js';
import { startLog } from './log-process.js';
import { busyBefore, busyFromNow, clock } from './machine.js';
import type { Kept, Pace } from './paced.js';
import { outcomeOf } from './program.js';
import { conditions, percentile, print, verdict } from './report.js';
import type { Sample, Watch } from './watch.js';
import { bareClient } from './ways-to-append.js';
import { Refusals } from './refusals.js';

/** F2, F3 and F4: how soon a revocation on one node is a refusal on three others, and what a node does that is cut off. */
const perSecond = Number(process.env['WRIT_TEST_PER_SECOND'] ?? 500);
const seconds = Number(process.env['WRIT_TEST_SECONDS'] ?? 24);
const rounds = Number(process.env['WRIT_TEST_ROUNDS'] ?? 2);
const warmUp = 4;
const pause = 40;
const bound = 5_000;
const away = 8_000;

const ms = (value: number): string => `${value.toFixed(1)} ms`;

const row = (what: string, values: ReadonlyArray<number>): number => {
  const all = Float64Array.from(values);
  const [p50, p99, most] = [percentile(all, 0.5), percentile(all, 0.99), percentile(all, 1)];
  print(`  ${what.padEnd(58)} p50 ${p50.toFixed(2)}   p99 ${p99.toFixed(2)}   max ${most.toFixed(2)} ms`);
  return p99;
};

/** An append that says nothing, and its delivery to a subscriber that makes nothing of it. */
const theWireAlone = async (): Promise<void> => {
  const log = await startLog();
  const client = bareClient(log.connectionString);
  const append = client.append(false);
  const subscription = client.subscribeToAll({ fromPosition: END });
  let delivered: (at: number) => void = () => undefined;
  subscription.on('data', ({ event }: AllStreamResolvedEvent) => {
    if (event?.type === 'Empty') delivered(performance.now());
  });
  await once(subscription, 'confirmation');
  const [sent, acknowledged]: [number[], number[]] = [[], []];
  for (let n = 0; n < 500; n += 1) {
    const arrival = new Promise<number>((resolve) => {
      delivered = resolve;
    });
    const event = { id: randomUUID(), type: 'Empty', version: 1, data: {}, metadata: {} };
    const from = performance.now();
    await append(`wire-${event.id}`, event as never);
    const done = performance.now();
    const at = await arrival;
    if (n < 100) continue;
    sent.push(at - from);
    acknowledged.push(at - done);
    await delay(2);
  }
  await subscription.unsubscribe();
  await client.shut();
  await log.stop();
  print('the wire alone, 400 appends: an empty append → delivered to a bare subscriber');
  row('from the append sent', sent);
  row('from the append acknowledged', acknowledged);
};

conditions('nodes (F2, F3, F4)', {
  nodes: `processes: one admin node, three decision nodes; for F3 and F4 two decision nodes more; none pinned`,
  log: 'a stand-in that speaks the wire protocol, over an embedded log, in the process of the bench: no EventStoreDB',
  vault: 'PostgreSQL, fsync off',
  load: `${perSecond} commands/s, keys made and revoked in turn, in an open loop from a process of its own`,
  refusals: `each node is asked, by the log’s process, from the append on until it refuses; in F3 every ${EVERY} ms`,
  beside: await busyBefore(),
  seconds,
  rounds: `${rounds} cuts, ${rounds} stalls`,
});
await theWireAlone();
print('');

/** As `npm start` has it. */
const env = { NODE_OPTIONS: '--max-semi-space-size=64' };

const nodes = await nodesOverOneLog(env);
// One server for all of them, as a log has one leader; and no link between, where nothing is to be cut.
const { door } = await nodes.way();
const direct = { WRIT_EVENT_STORE: door.connectionString };
const admin = await nodes.start('admin', direct);
const { client } = admin;
const everyone: Cast = await cast(client);
const projects: string[] = [];
for (let n = 0; n < 16; n += 1) projects.push(await project(client, everyone, `p${String(n)}`));
const [alpha = ''] = projects;

const keysMade = async (count: number): Promise<ReadonlyArray<MadeKey>> => {
  const keys: MadeKey[] = [];
  while (keys.length < count)
    keys.push(...(await Promise.all(Array.from({ length: 8 }, () => makeKey(client, alpha, everyone.owner)))));
  return keys;
};

const isAllowed = async (by: Client, { secret }: MadeKey): Promise<boolean> => {
  const question = { credential: secret, action: 'file:create', resource: { type: 'file' } };
  return (await by.made<{ readonly decision: boolean }>('/v1/authorize', question)).decision;
};

/** As many as can be revoked in that time. */
const keysFor = (forSeconds: number): Promise<ReadonlyArray<MadeKey>> =>
  keysMade(Math.ceil((forSeconds * 1000) / (pause + 5)));

interface Watched extends Sample {
  /** In milliseconds from the append, one for each node. */
  readonly refused: ReadonlyArray<number>;
}

let refusals: Refusals | undefined;

const watching = async (others: ReadonlyArray<Client>, keys: ReadonlyArray<MadeKey>, forSeconds: number) => {
  const last = keys.at(-1);
  for (const other of others) await eventually(() => last !== undefined && isAllowed(other, last));
  const asked = await Refusals.by(
    others.map(({ url }) => url),
    client.operatorToken,
    keys,
  );
  refusals = asked;
  const watch: Watch = {
    token: client.operatorToken,
    owner: everyone.owner,
    admin: client.url,
    keys,
    pause,
    seconds: forSeconds,
  };
  const samples = await outcomeOf<ReadonlyArray<Sample>>('watch', watch);
  const watched = await Promise.all(
    samples.map(async (sample): Promise<Watched> => ({ ...sample, refused: await asked.of(sample.key) })),
  );
  asked.close();
  return watched;
};

/** When each key's revocation was in the log, as the log's own process saw it. */
const revokedAt = new Map<string, number>();
const revocationsInLog = nodes.log.subscribe({ after: START });
const noted = (async () => {
  for await (const { events } of revocationsInLog)
    for (const { type, stream } of events)
      if (type === 'KeyRevoked') {
        revokedAt.set(idOf(stream), clock());
        refusals?.inLog(idOf(stream));
      }
})();

/** The 99th percentile from the append until the last of three nodes has refused. */
const shown = (what: string, samples: ReadonlyArray<Watched>): number => {
  const others = samples.filter(({ status }) => status !== 204).length;
  print(`${what}: ${samples.length} revocations, ${others} not answered 204`);
  const appended = ({ key, sent }: Watched): number => (revokedAt.get(key) ?? Number.NaN) - sent;
  const last = ({ refused }: Watched): number => Math.max(...refused);
  row('the revocation itself: sent → in the log', samples.map(appended));
  row(
    'the revocation itself: sent → answered 204',
    samples.map(({ answered }) => answered),
  );
  row(
    'append in the log → refused, each of three nodes',
    samples.flatMap(({ refused }) => refused),
  );
  return row('append in the log → refused by the last of three', samples.map(last));
};

const revocations = async (): Promise<void> => {
  const three = await Promise.all([1, 2, 3].map(() => nodes.start('decisions', direct)));
  const others = three.map((node) => node.client);
  shown('no other load', await watching(others, await keysFor(seconds / 3), seconds / 3));
  print('');

  const pace: Pace = {
    url: client.url,
    token: client.operatorToken,
    owner: everyone.owner,
    projects,
    perSecond,
    seconds: warmUp + seconds + 2,
  };
  const keys = await keysFor(seconds);
  const busy = busyFromNow();
  const calls = () => ['Append', 'Read', 'Read:$all'].map((name) => [name, door.calls.count(name)] as const);
  const before = calls();
  const [kept, samples] = await Promise.all([
    outcomeOf<Kept>('paced', pace),
    delay(warmUp * 1000).then(() => watching(others, keys, seconds)),
  ]);
  print(
    `the load: ${kept.perSecond.toFixed(0)} commands/s of ${perSecond}, ${kept.failed} failed, p50 ${ms(kept.p50)}, p99 ${ms(kept.p99)} from when each was due, ${kept.atOnce} at once at most; all cores ${busy()}`,
  );
  const commands = perSecond * pace.seconds + samples.length;
  const each = calls().map(([name, count], n) => `${((count - (before[n]?.[1] ?? 0)) / commands).toFixed(2)} ${name}`);
  print(`calls to the log for each command: ${each.join(', ')}`);
  const p99 = shown(`under ${perSecond} commands/s`, samples);
  const loaded = kept.failed === 0 && kept.perSecond > perSecond * 0.98;
  const load = loaded ? '' : `, but the load was ${kept.perSecond.toFixed(0)} commands/s`;
  verdict('F2', `p99 ${ms(p99)}${load}`, `≤ 20 ms under ${perSecond} commands/s`, p99 <= 20 && loaded);
  print('');
  await Promise.all(three.map((node) => node.kill()));
};

const cuts = async (): Promise<void> => {
  const guarded = await nodes.start('decisions', { WRIT_MAX_STALENESS_MS: String(bound) });
  const unguarded = await nodes.start('decisions', { WRIT_MAX_STALENESS_MS: '3600000' });
  const all: Round[] = [];
  print(
    `a node with a bound of ${bound} ms, and one whose bound is an hour (the guard taken out), cut off for ${away} ms`,
  );
  for (let n = 0; n < rounds * 2; n += 1) {
    const [good, doomed] = await keysMade(2);
    if (good === undefined || doomed === undefined) throw new Error('no keys');
    for (const node of [guarded, unguarded]) await eventually(() => isAllowed(node.client, doomed), 60_000);
    const how = n % 2 === 0 ? 'cut' : 'stall';
    const round = await cutOff({
      token: client.operatorToken,
      guarded: { url: guarded.url, link: guarded.link },
      unguarded: { url: unguarded.url, link: unguarded.link },
      ...{ how, bound, away },
      good: good.secret,
      doomed: doomed.secret,
      revoke: async () => {
        const { status } = await client.ask('DELETE', `/v1/api-keys/${doomed.id}`, { as: everyone.owner });
        if (status !== 204) throw new Error(`the revocation was answered ${String(status)}`);
      },
    });
    all.push(round);
    print(
      `  ${how.padEnd(5)}  last allow ${ms(round.lastAllow)}, first state-too-old ${ms(round.refused)} after it; allowed again ${ms(round.back)} after the link was back`,
    );
    print(
      `         a key revoked meanwhile: last allow ${ms(round.revoked.guarded)} after its answer, without the guard ${ms(round.revoked.unguarded)} (${round.stale.unguarded} allows past the bound; refused ${ms(round.caughtUp)} after the link was back)`,
    );
  }
  const most = (of: (round: Round) => number): number => Math.max(...all.map(of));
  const past = all.reduce((sum, { between, stale }) => sum + between + stale.guarded, 0);
  const last = most(({ lastAllow }) => lastAllow);
  verdict(
    'F3',
    `last allow ${ms(last)} after the cut, ${past} after that`,
    `≤ ${bound} ms, 0`,
    last <= bound && past === 0,
  );
  verdict('F3, comes back', `${ms(most(({ back }) => back))} after the link, at most`, 'by itself', true);
  const seen = all.map(({ stale }) => stale.unguarded);
  verdict('F4, the guard taken out', `${seen.join(', ')} stale allows`, 'some in every round', Math.min(...seen) > 0);
};

try {
  await revocations();
  await cuts();
} finally {
  revocationsInLog.close();
  await noted;
  await nodes.close();
}
