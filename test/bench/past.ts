import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { decide, type Question } from '#libs/authorization';
import type { Position } from '#libs/event-store';
import { E, timestampOf } from '#libs/kernel';
import type { At } from '#libs/audit';
import { EngineDriver } from '../support/engine-driver.js';
import { startTestServer } from '../support/test-server.js';
import { fill, keyOf } from './key-log.js';
import { busyBefore } from './machine.js';
import { conditions, percentile, print, seeded, verdict } from './report.js';

/** L5: a decision as of a past moment, in a log of a million events. */
const events = Number(process.env['WRIT_TEST_EVENTS'] ?? 1_000_000);
const samples = Number(process.env['WRIT_TEST_SAMPLES'] ?? 2_000);
const seed = 20_261_121;
const members = ['ann', 'bob', 'cat', 'dan'];

const server = await startTestServer();
const { engine } = server.server;
const { past } = engine.history;

/** People, and a project that they are in: then a million events go by. */
const people = new EngineDriver(server.server, 1, Date.parse('2026-01-01T00:00:00Z'));
await people.begin();
for (const account of members) await people.apply({ type: 'registerAccount', account });
await people.apply({ type: 'createOrganization', by: 'ann', organization: 'acme', defaultProject: 'home' });
await people.apply({ type: 'setFeatures', organization: 'acme', multiProject: true });
await people.apply({ type: 'setMembershipMethod', organization: 'acme', method: 'sso' });
await people.apply({ type: 'createProject', by: 'ann', organization: 'acme', project: 'alpha', visibility: 'private' });
for (const account of members.slice(1)) {
  await people.apply({ type: 'provisionMember', organization: 'acme', account });
  await people.apply({ type: 'addCollaborator', by: 'ann', project: 'alpha', account });
}
const first = engine.readSide.position;

const filling = performance.now();
await fill(engine.store, events);
const head = await engine.store.head()();
if (E.isLeft(head)) throw new Error(head.left._tag);
const last = head.right;
await engine.readSide.reached(last, 600_000);
const isThere = await engine.history.trail.feed.reached(last, 600_000);
const end = await engine.history.trail.timeOf(last)();
const start = await engine.history.trail.timeOf(first)();
if (!isThere || E.isLeft(start) || E.isLeft(end)) throw new Error('the trail is not there');
const [from, to] = [start.right, end.right].map((time) => Date.parse(time ?? '')) as [number, number];

conditions('past (L5)', {
  events,
  samples,
  seed,
  questions: 'half about keys, each another, half about four people; one after the other, each at a random moment',
  over: 'HTTP by one caller in the same process, on one connection',
  made: `in ${((performance.now() - filling) / 1000).toFixed(0)} s, live state and trail with it`,
  machine_was: await busyBefore(),
});

const random = seeded(seed);
const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

const aboutKey = (): Question => {
  for (;;) {
    const key = engine.live.key(keyOf(between(0, events)));
    if (key === undefined) continue;
    const subject = { type: 'api_key', id: key.id } as const;
    return { subject, action: 'file:create', resource: { type: 'file', projectId: key.projectId }, channel: 'api' };
  }
};
const aboutPerson = (): Question => {
  const subject = { type: 'user', id: people.id(members[between(0, members.length - 1)] ?? '') } as const;
  return { subject, action: 'file:create', resource: { type: 'file', projectId: people.id('alpha') }, channel: 'ui' };
};

const byPosition = (): Position => first + BigInt(between(0, Number(last - first)));
const byTime = () => timestampOf(between(from, to));

/** Whether it was allowed. */
const inProcess = async (at: At, question: Question): Promise<boolean> => {
  const instant = await past.instantOf(at)();
  if (E.isLeft(instant)) throw new Error(instant.left._tag);
  const { position, now } = instant.right;
  const decision = await past.ask(position, (factsAt) => decide(factsAt(position), question, { now, stale: false }))();
  if (E.isLeft(decision)) throw new Error(decision.left._tag);
  return decision.right.decision;
};

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const overHttp = (at: At, question: Question): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ ...question, at: typeof at === 'bigint' ? engine.tokens.encode(at) : at });
    const headers = {
      authorization: `Bearer ${server.client.operatorToken}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const url = `${server.client.url}/v1/audit/evaluation`;
    const asked = request(url, { agent, method: 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(text.startsWith('{"decision":true'));
        else reject(new Error(text));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });

let worst = 0;
for (const [way, ask] of Object.entries({ 'in process': inProcess, 'over HTTP': overHttp })) {
  for (const [by, moment] of Object.entries({ position: byPosition, time: byTime })) {
    const times = new Float64Array(samples);
    let allowed = 0;
    for (let n = -samples / 10; n < samples; n += 1) {
      const [at, question] = [moment(), n % 2 === 0 ? aboutKey() : aboutPerson()];
      const began = performance.now();
      const isAllowed = await ask(at, question);
      if (n >= 0) times[n] = performance.now() - began;
      if (n >= 0 && isAllowed) allowed += 1;
    }
    const [p50, p95, p99] = [percentile(times, 0.5), percentile(times, 0.95), percentile(times, 0.99)];
    worst = Math.max(worst, p95);
    print(
      `${`${way}, by ${by}`.padEnd(24)} p50 ${p50.toFixed(2)}   p95 ${p95.toFixed(2)}   p99 ${p99.toFixed(2)} ms   (${String(allowed)} of ${String(samples)} were allowed then)`,
    );
  }
}
verdict('L5, the slowest of these p95', `${worst.toFixed(2)} ms`, '≤ 20 ms', worst <= 20);
agent.destroy();
await server.remove();
