import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Cast, cast, colleague, emailOf, makeKey, type MadeKey, project } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { byKey, byPerson } from '../support/decisions.js';
import { eventually } from '../support/eventually.js';
import { type Link, startLink } from '../support/link.js';
import { wholeLog } from '../support/log.js';
import { everyItem } from '../support/pages.js';
import { type OwnPostgres, ownPostgres } from '../support/postgres.js';
import { expectProblem } from '../support/problem.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';

/** With WRIT_ROUNDS as long as the goals say; without, as long against a bound that is as much shorter. */
const long = process.env['WRIT_ROUNDS'] !== undefined;
const BOUND = long ? 5_000 : 2_500;
const AWAY = long ? 30_000 : 6_000;

/** In ms: what a command may take that cannot be done, and how soon all is well again. */
const PATIENCE = 15_000;
const SOON = 8_000;

let standIn: StandIn;
let toLog: Link;
let postgres: OwnPostgres;
let toVault: Link;
let vault: string;
let server: ServerProcess;
let client: Client;
let team: Cast;
let alpha: string;
let key: MadeKey;
/** What asks in the background, stopped at the end of each test whatever came of it. */
const inBackground = new Set<() => Promise<unknown>>();

beforeAll(async () => {
  [standIn, postgres] = await Promise.all([startStandIn(), ownPostgres()]);
  [toLog, toVault] = await Promise.all([startLink(standIn.port), startLink(postgres.port)]);
  vault = await postgres.database();
  const throughLink = new URL(vault);
  throughLink.port = String(toVault.port);
  server = await startServerProcess('never-made', {
    WRIT_EVENT_STORE: `esdb://127.0.0.1:${String(toLog.port)}?tls=false`,
    WRIT_VAULT: throughLink.href,
    WRIT_MASTER_KEY: randomBytes(32).toString('base64'),
    WRIT_OPERATOR_TOKEN: randomBytes(32).toString('hex'),
    WRIT_MAX_STALENESS_MS: String(BOUND),
  });
  client = server.client;
  team = await cast(client);
  alpha = await project(client, team, 'Alpha');
  key = await makeKey(client, alpha, team.owner);
});

/** One process lives through all of this, and ends in order: none of it was a reason to start another. */
afterAll(async () => {
  const { code, stderr } = await server.stop();
  await Promise.all([toLog.close(), toVault.close(), standIn.close(), postgres.close()]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

interface Seen {
  /** When it was asked, in ms on the clock of `performance.now`. */
  readonly at: number;
  readonly took: number;
  readonly reason: string;
}

/** Asks for one decision after another until told to stop. */
const asking = () => {
  const seen: Seen[] = [];
  const told = { toStop: false };
  const over = (async () => {
    while (!told.toStop) {
      const at = performance.now();
      const { reason } = await byKey(client, key.secret, alpha);
      seen.push({ at, took: performance.now() - at, reason });
      await delay(20);
    }
  })();
  const stop = async (): Promise<ReadonlyArray<Seen>> => {
    told.toStop = true;
    await over;
    return seen;
  };
  inBackground.add(stop);
  return { seen, stop };
};

afterEach(async () => {
  for (const stop of inBackground) await stop().catch(() => undefined);
  inBackground.clear();
});

const reasonsOf = (seen: ReadonlyArray<Seen>): ReadonlyArray<string> => [...new Set(seen.map(({ reason }) => reason))];

/** What half of them took at most: one or the other may have met a busy machine. */
const medianOf = (seen: ReadonlyArray<Seen>): number =>
  seen.map(({ took }) => took).sort((one, other) => one - other)[Math.floor(seen.length / 2)] ?? Infinity;

interface Timed {
  readonly answer: Answer<unknown>;
  readonly took: number;
}

const timed = async (ask: Promise<Answer<unknown>>): Promise<Timed> => {
  const before = performance.now();
  return { answer: await ask, took: performance.now() - before };
};

const expectAway = ({ answer, took }: Timed, code: string): void => {
  expectProblem(answer, 503, code);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/u);
  expect(took).toBeLessThan(PATIENCE);
};

let serial = 0;

/** A key, a project and an account, each under an Idempotency-Key: sent as often as it is called. */
const commands = () => {
  serial += 1;
  const name = `away-${String(serial)}`;
  const headers = { 'idempotency-key': name };
  const account = { email: `${name}@example.com`, provider: 'google', subject: name };
  const send = [
    () => client.post<unknown>(`/v1/projects/${alpha}/api-keys`, { name }, { as: team.owner, headers }),
    () =>
      client.post<unknown>(
        `/v1/organizations/${team.organization}/projects`,
        { name, slug: name },
        { as: team.owner, headers },
      ),
    () => client.post<unknown>('/v1/accounts', account, { headers }),
  ];
  return { name, email: account.email, sent: () => send.map((each) => timed(each())) };
};

/** What was asked for twice is there once, in lists and in the log. */
const expectOnce = async (name: string, email: string): Promise<void> => {
  const named = async (path: string) =>
    (await everyItem<{ readonly name: string }>(client, path)).filter((item) => item.name === name);
  expect(await named(`/v1/projects/${alpha}/api-keys`)).toHaveLength(1);
  expect(await named(`/v1/organizations/${team.organization}/projects`)).toHaveLength(1);
  const accounts = await everyItem<{ readonly email: string }>(client, '/v1/accounts');
  expect(accounts.filter((item) => item.email === email)).toHaveLength(1);
  const created = (await wholeLog(standIn.store)).filter(
    ({ type, data }) => type === 'KeyCreated' && (data as { readonly name: string }).name === name,
  );
  expect(created).toHaveLength(1);
};

describe(`the log away for ${String(AWAY / 1_000)} s, with a bound of ${String(BOUND / 1_000)} s`, () => {
  const manners: ReadonlyArray<readonly [string, () => void]> = [
    ['refuses connections', () => toLog.cut()],
    ['is silent', () => toLog.stall()],
  ];

  it.each(manners)(
    'because it %s: decisions go on for the bound, commands are told, all of it comes back by itself, and what is repeated is done once',
    async (_, lose) => {
      const { name, email, sent } = commands();
      await eventually(async () => (await client.get('/readyz')).status === 200);
      const decisions = asking();
      await delay(200);
      lose();
      const lost = performance.now();
      const answers = Promise.all(sent());
      const gone = timed(client.ask<unknown>('DELETE', `/v1/api-keys/${key.id}`, { as: team.owner }));
      await delay(AWAY);
      expect((await client.get('/readyz')).status).toBe(503);
      expect((await client.get('/healthz')).status).toBe(200);
      for (const answer of await answers) expectAway(answer, 'store-unavailable');
      expectAway(await gone, 'store-unavailable');

      toLog.restore();
      const restored = performance.now();
      await eventually(() => decisions.seen.at(-1)?.reason === 'project-key', SOON);
      const seen = await decisions.stop();
      // What it held when the log was lost may be used for as long as the bound, and not a moment longer.
      const meanwhile = seen.filter(({ at, took }) => at > lost && at + took < restored);
      const allowed = meanwhile.filter(({ reason }) => reason === 'project-key').map(({ at }) => at - lost);
      expect(reasonsOf(meanwhile)).toEqual(['project-key', 'state-too-old']);
      expect(Math.max(...allowed)).toBeGreaterThan(BOUND / 10);
      expect(Math.max(...allowed)).toBeLessThan(BOUND);
      expect(medianOf(meanwhile)).toBeLessThan(500);

      await eventually(async () => (await client.get('/readyz')).status === 200, SOON);
      for (const { answer } of await Promise.all(sent())) expect(answer.status).toBe(201);
      await expectOnce(name, email);
    },
    AWAY + 60_000,
  );
});

describe('a log on a slow disk', () => {
  const LATE = BOUND / 20;

  it('makes commands slow, and no decision slow or too old', async () => {
    await eventually(async () => (await client.get('/readyz')).status === 200);
    for (const what of ['append', 'read', 'subscribe'] as const) standIn.faults.late(what, LATE);
    const decisions = asking();
    for (let n = 0; n < 3; n += 1) {
      const started = performance.now();
      const { id, secret } = await makeKey(client, alpha, team.owner);
      expect(performance.now() - started).toBeGreaterThan(2 * LATE);
      expect((await byKey(client, secret, alpha)).reason).toBe('project-key');
      expect((await client.ask('DELETE', `/v1/api-keys/${id}`, { as: team.owner })).status).toBe(204);
      expect((await byKey(client, secret, alpha)).reason).toBe('revoked-key');
    }
    await delay(BOUND);
    const seen = await decisions.stop();
    standIn.faults.clear();
    expect(reasonsOf(seen)).toEqual(['project-key']);
    expect(medianOf(seen)).toBeLessThan(LATE / 2);
  }, 60_000);
});

describe('the vault away', () => {
  /** Whatever shows or takes a name or an address. `known` is somebody's of the organization. */
  const whatNeedsIt = (email: string, known: string) => [
    client.post<unknown>('/v1/accounts', { email, provider: 'google', subject: email }),
    client.get<unknown>(`/v1/accounts/${team.member}`),
    client.get<unknown>(`/v1/organizations/${team.organization}/members`, { as: team.owner }),
    client.post<unknown>(`/v1/projects/${alpha}/collaborators`, { email: known }, { as: team.owner }),
  ];
  /** Somebody of the organization, and how to ask PostgreSQL whether it has their key. */
  const somebody = async (name: string) => {
    const id = await colleague(client, team, name);
    const sql = `SELECT 1 FROM writ_vault.data_key WHERE subject = '${id}' AND wrapped IS NOT NULL`;
    const hasKey = async () => (await postgres.asSuperuser(sql, vault)).length > 0;
    expect(await hasKey()).toBe(true);
    return { id, email: await emailOf(client, id), hasKey };
  };
  const reasonOf = async (id: string) => (await byPerson(client, id, team.defaultProject)).reason;
  const leaving = (id: string) => client.ask<unknown>('DELETE', `/v1/accounts/${id}`, { as: id });
  const isBack = async () => (await client.get(`/v1/accounts/${team.member}`)).status === 200;

  it('because its server died: decisions and whatever needs no name go on, the rest is told, and it comes back by itself', async () => {
    const { id, email, hasKey } = await somebody('leaver');
    const { name, sent } = commands();

    await postgres.halt('QUIT');
    const decisions = asking();
    const [made, needy] = await Promise.all([
      Promise.all(sent()),
      Promise.all([...whatNeedsIt('died@example.com', email).map(timed), timed(leaving(id))]),
    ]);
    expect(made.map(({ answer }) => answer.status)).toEqual([201, 201, 503]);
    for (const each of needy) expectAway(each, 'vault-unavailable');
    // What cannot be erased is not begun.
    expect(await reasonOf(id)).toBe('project-member');
    await delay(2 * BOUND);
    expect((await client.get('/readyz')).status).toBe(200);
    expect(reasonsOf(await decisions.stop())).toEqual(['project-key']);

    await postgres.start();
    await eventually(isBack, SOON);
    for (const { answer } of await Promise.all(sent())) expect(answer.status).toBe(201);
    await expectOnce(name, `${name}@example.com`);
    expect((await leaving(id)).status).toBe(204);
    expect(await hasKey()).toBe(false);
  }, 60_000);

  it('because it is silent: what needs it is told so in bounded time, or shown for a moment what was read before', async () => {
    const { email } = await somebody('known');
    toVault.stall();
    const decisions = asking();
    const [newKey, ...others] = await Promise.all(whatNeedsIt('silent@example.com', email).map(timed));
    if (newKey !== undefined) expectAway(newKey, 'vault-unavailable');
    for (const each of others) if (each.answer.status >= 300) expectAway(each, 'vault-unavailable');
    // By now it is known that nothing is heard of the vault: what was erased elsewhere may not be shown here.
    expectAway(await timed(client.get<unknown>(`/v1/accounts/${team.member}`)), 'vault-unavailable');
    expect(reasonsOf(await decisions.stop())).toEqual(['project-key']);
    toVault.restore();
    await eventually(isBack, SOON);
  }, 60_000);

  it('because a dump holds its tables: who is deleted is shut out at once, and erased when it lets go, with no other request', async () => {
    const { id, hasKey } = await somebody('leaver');
    const dump = new pg.Client({ connectionString: vault });
    await dump.connect();
    try {
      await dump.query('BEGIN; LOCK TABLE writ_vault.data_key IN ACCESS SHARE MODE');
      expectAway(await timed(leaving(id)), 'vault-unavailable');
      expect([await reasonOf(id), await hasKey()]).toEqual(['account-deleted', true]);
    } finally {
      await dump.end();
    }
    await eventually(async () => !(await hasKey()));
  }, 60_000);
});
