import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandNames } from '../../apps/server/src/server.module.js';
import { type Cast, cast, emailOf, makeKey, type MadeKey, person, project } from '../support/cast.js';
import { Client } from '../support/client.js';
import { byKey, byPerson } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
let client: Client;
let all: Cast;
let alpha: string;
let key: MadeKey;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  all = await cast(client);
  alpha = await project(client, all, 'Named Alpha');
  key = await makeKey(client, alpha, all.owner, { name: 'Named key' });
});
afterAll(() => server.remove());

const scraped = async (of = client): Promise<string> => {
  const { status, body } = await of.get<string>('/metrics', { token: null });
  expect(status).toBe(200);
  return body;
};

/** The value of a line, by all that stands before it; 0 where there is none. */
const valueIn = (text: string, sample: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${sample} `))
      ?.slice(sample.length + 1) ?? 0,
  );

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const sampleLine = new RegExp(
  `^(${name})(?:\\{(${label}(?:,${label})*)\\})? (?:[+-]?(?:\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|Inf)|NaN|Nan)$`,
  'u',
);

/** What the text format 0.0.4 forbids. */
const faultsIn = (text: string): ReadonlyArray<string> => {
  const faults: string[] = text.endsWith('\n') ? [] : ['no line feed at the end'];
  const types = new Map<string, string>();
  const seen = new Set<string>();
  let current = '';
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, keyword, family = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/u.exec(line) ?? [];
    if (keyword === 'TYPE') {
      if (types.has(family)) faults.push(`${family} has two types`);
      if (!/^(?:counter|gauge|histogram|summary)$/u.test(rest)) faults.push(line);
      types.set(family, rest);
      current = family;
    } else if (keyword === undefined) {
      const [, found, labels = ''] = sampleLine.exec(line) ?? [];
      if (found === undefined) faults.push(`no sample: ${line}`);
      else {
        const of = types.get(current) === 'histogram' ? found.replace(/_(?:bucket|sum|count)$/u, '') : found;
        if (of !== current) faults.push(`${found} is not under its type`);
        if (seen.has(`${found}{${labels}}`)) faults.push(`twice: ${line}`);
        seen.add(`${found}{${labels}}`);
      }
    }
  }
  return faults;
};

describe('GET /metrics', () => {
  it('is in the text format, and needs no credential', async () => {
    const answer = await client.get<string>('/metrics', { token: 'bad' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(faultsIn(answer.body)).toEqual([]);
    expect(faultsIn('x 1\n# TYPE a counter\na 1\na 1\nb 2\n')).toHaveLength(3);
    expectFaults(await client.get('/metrics?a=1'), ['/a']);
    expectProblem(await client.post('/metrics'), 405, 'method-not-allowed');
  });

  it('says what the engine, Node and the machine do', async () => {
    const text = await scraped();
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
    expect(text).toContain(`writ_build_info{version="${version}",node="${process.version}"} 1\n`);
    expect(text).toContain('writ_read_side_state{state="live"} 1\n');
    expect(text).toContain('writ_read_side_state{state="halted"} 0\n');
    expect(text).toContain('writ_trail_state{state="live"} 1\n');
    expect(text).toContain('writ_trail_unavailable 0\n');
    expect(text).toContain('writ_state_bound_seconds 5\n');
    for (const each of ['writ_state_age_seconds', 'writ_trail_heard_seconds']) {
      expect(valueIn(text, each)).toBeGreaterThan(0);
      expect(valueIn(text, each)).toBeLessThan(60);
    }
    for (const each of [
      'process_resident_memory_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(text).toMatch(new RegExp(`^${each} `, 'mu'));
    expect(text).toContain('# TYPE nodejs_gc_duration_seconds histogram\n');
  });

  it('tells every reason and every outcome of every command from the start: an alert does not see what appears with its first 1', async () => {
    const text = await scraped();
    for (const outcome of ['done', 'refused', 'unavailable', 'failed'])
      expect(text).toContain(`\nwrit_commands_total{command="RevokeKey",outcome="${outcome}"} 0\n`);
    expect(text).toContain('\nwrit_decisions_total{decision="deny",reason="unknown-key"} 0\n');
    expect(text).toContain('\nwrit_decisions_total{decision="allow",reason="legacy-key"} 0\n');
    expect(text.match(/^writ_decisions_total\{/gmu)).toHaveLength(30);
    const commands = new Set([...text.matchAll(/^writ_commands_total\{command="(\w+)"/gmu)].map(([, each]) => each));
    expect(commands).toEqual(new Set(commandNames));
  });

  it('says how far the state is in the log, and how far the trail', async () => {
    await eventually(async () => {
      const text = await scraped();
      return valueIn(text, 'writ_state_position') > 0 && valueIn(text, 'writ_trail_position') > 0;
    });
    await server.server.engine.history.trail.feed.stop();
    const before = await scraped();
    await person(client, 'unseen');
    const after = await scraped();
    const moved = (each: string) => valueIn(after, each) - valueIn(before, each);
    expect(moved('writ_state_position')).toBeGreaterThan(0);
    expect(moved('writ_trail_position')).toBe(0);
  });

  it('counts decisions by their reasons, commands by what became of them, problems by their codes', async () => {
    const samples = [
      'writ_decisions_total{decision="allow",reason="project-key"}',
      'writ_decisions_total{decision="deny",reason="unknown-key"}',
      'writ_decisions_total{decision="allow",reason="organization-owner"}',
      'writ_commands_total{command="CreateKey",outcome="done"}',
      'writ_commands_total{command="CreateKey",outcome="refused"}',
      'writ_problems_total{code="forbidden"}',
      'writ_problems_total{code="not-found"}',
    ];
    const before = await scraped();
    expect((await byKey(client, key.secret, alpha)).reason).toBe('project-key');
    for (const _ of [1, 2]) expect((await byKey(client, 'nonsense', alpha)).reason).toBe('unknown-key');
    expect((await byPerson(client, all.owner, alpha)).reason).toBe('organization-owner');
    await makeKey(client, alpha, all.owner);
    const refused = await client.post(`/v1/projects/${alpha}/api-keys`, { name: 'x' }, { as: all.member });
    expect(refused.status).toBe(404);
    expectProblem(await client.get(`/v1/audit/events`, { as: all.owner }), 403, 'forbidden');
    const after = await scraped();
    expect(samples.map((each) => valueIn(after, each) - valueIn(before, each))).toEqual([1, 2, 1, 1, 1, 1, 1]);
    expect(faultsIn(after)).toEqual([]);
  });

  it('times requests by the pattern of their route, and never by what somebody typed', async () => {
    const of = (route: string, status: string, le?: string) =>
      `writ_http_request_duration_seconds_${le === undefined ? 'count' : 'bucket'}{${le === undefined ? '' : `le="${le}",`}method="GET",route="${route}",status="${status}"}`;
    const samples = [
      of('/v1/projects/:projectId', '2xx'),
      of('/v1/projects/:projectId', '2xx', '+Inf'),
      of('/v1/projects/:projectId', '4xx'),
      of('unmatched', '4xx'),
    ];
    const before = await scraped();
    await client.get(`/v1/projects/${alpha}`);
    await client.get('/v1/projects/proj_mine');
    await client.get(`/v1/no-such-thing/${all.owner}?email=a@example.com`);
    const moved = (text: string) => samples.map((each) => valueIn(text, each) - valueIn(before, each));
    // An answer is counted when all of it has gone out.
    await eventually(async () => moved(await scraped()).at(-1) === 1);
    const after = await scraped();
    expect(moved(after)).toEqual([1, 1, 1, 1]);
    const tail = 'method="GET",route="/v1/projects/:projectId",status="2xx"';
    const buckets = after.split('\n').filter((line) => line.includes('_bucket{le=') && line.includes(tail));
    const counts = buckets.map((line) => Number(line.split(' ').at(-1)));
    expect(counts).toEqual([...counts].sort((one, other) => one - other));
    expect(counts.length).toBeGreaterThan(10);
  });

  it('tells nothing of any tenant', async () => {
    const text = await scraped();
    const told = [all.owner, all.member, all.organization, all.defaultProject, alpha, key.id, key.secret];
    for (const hidden of [...told, 'Named', 'Acme', await emailOf(client, all.owner), client.operatorToken])
      expect(text).not.toContain(hidden);
    expect(text).not.toMatch(/(?:user|org|proj|key|inv|evt|svc|req)_[A-Za-z0-9-]{8}/u);
    expect(text).not.toContain('@');
  });

  it('says how much is left to be done, and how much of it failed', async () => {
    for (const each of ['writ_reactions_waiting', 'writ_reactions_failing'])
      await eventually(async () => (await scraped()).includes(`\n${each} 0\n`));
  });
});

describe('a process of some roles', () => {
  it('with a port for its operations tells there what it does, and only there', async () => {
    const one = await startTestServer({ env: { WRIT_OPS_PORT: '0', WRIT_ROLES: 'decisions' } });
    try {
      const ops = new Client(one.server.opsUrl, one.client.operatorToken);
      expect((await one.client.get('/metrics')).status).toBe(404);
      const text = await scraped(ops);
      expect(text).toContain('writ_key_uses_unreported 0\n');
      expect(text).not.toMatch(/writ_(?:trail|reactions)_/u);
      expect(text).not.toContain('writ_commands_total{');
      expect(text).toContain('route="unmatched",status="4xx"');
      expect(faultsIn(text)).toEqual([]);
    } finally {
      await one.remove();
    }
  });
});
