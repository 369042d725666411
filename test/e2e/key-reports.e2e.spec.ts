import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openFoundation } from '../../apps/server/src/adapters.js';
import { away, FailingUseStore } from '#libs/key-uses/testing';
import { type Cast, cast, collaborate, colleague, makeKey, type MadeKey, person, project } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { byKey, filesOf } from '../support/decisions.js';
import { documentedAnswers } from '../support/documented.js';
import { everyItem, type List } from '../support/pages.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

interface Reported {
  readonly id: string;
  readonly projectId: string;
  readonly status: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly why: string;
  readonly unusedSince: string | null;
  readonly lastUsedFrom: string | null;
}

type Report = List<Reported> & {
  readonly knownSince: string | null;
  readonly reportedBy: ReadonlyArray<{ readonly node: string }>;
};

let server: TestServer;
let client: Client;
let undocumented: ReadonlyArray<string>;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  undocumented = await documentedAnswers(client);
});
afterAll(async () => {
  expect(undocumented).toEqual([]);
  await server.remove();
});

const day = 86_400_000;
const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();
const ofProject = (id: string, query: string) => `/v1/projects/${id}/api-key-report?${query}`;
const ofOrganization = (id: string, query: string) => `/v1/organizations/${id}/api-key-report?${query}`;
const report = (path: string, ask: Ask = {}, of = client): Promise<Answer<Report>> => of.get<Report>(path, ask);
const found = async (path: string, ask: Ask = {}): Promise<ReadonlyArray<readonly [string, string]>> =>
  (await everyItem<Reported>(client, path, { ask })).map(({ id, why }) => [id, why] as const);

const revoke = (all: Cast, { id }: MadeKey) => client.ask('DELETE', `/v1/api-keys/${id}`, { as: all.owner });
const takesExternals = (all: Cast, id: string, allowExternalCollaborators: boolean) =>
  client.ask('PATCH', `/v1/projects/${id}`, { as: all.owner, body: { allowExternalCollaborators } });

describe('keys whose maker is gone (AMB-15)', () => {
  let all: Cast;
  let alpha: string;
  let made: Readonly<Record<'owner' | 'left' | 'removed' | 'deleted' | 'blocked' | 'suspended' | 'revoked', MadeKey>>;

  beforeAll(async () => {
    all = await cast(client);
    alpha = await project(client, all, 'Alpha');
    await takesExternals(all, alpha, true);
    const comes = async (id: string) => {
      await collaborate(client, alpha, { by: all.owner, accountId: id });
      return { id, key: await makeKey(client, alpha, id) };
    };
    const left = await comes(await colleague(client, all, 'left'));
    const removed = await comes(await colleague(client, all, 'removed'));
    const deleted = await comes(await colleague(client, all, 'deleted'));
    const blocked = await comes(await colleague(client, all, 'blocked'));
    const suspended = await comes(await person(client, 'suspended'));
    const revoked = await comes(await colleague(client, all, 'revoked'));
    made = {
      owner: await makeKey(client, alpha, all.owner),
      ...{ left: left.key, removed: removed.key, deleted: deleted.key, blocked: blocked.key },
      ...{ suspended: suspended.key, revoked: revoked.key },
    };
    await client.made(`/v1/projects/${alpha}/leave`, undefined, { as: left.id });
    await client.ask('DELETE', `/v1/organizations/${all.organization}/members/${removed.id}`, { as: all.owner });
    await client.ask('DELETE', `/v1/accounts/${deleted.id}`, { as: deleted.id });
    await client.made(`/v1/accounts/${blocked.id}/block`);
    await takesExternals(all, alpha, false);
    await client.ask('DELETE', `/v1/projects/${alpha}/collaborators/${revoked.id}`, { as: all.owner });
    await revoke(all, made.revoked);
  });

  const expected = () => [
    [made.left.id, 'maker-left'],
    [made.removed.id, 'maker-left'],
    [made.deleted.id, 'maker-deleted'],
    [made.blocked.id, 'maker-blocked'],
    [made.suspended.id, 'maker-suspended'],
  ];

  it('are listed with what became of them, live ones alone, and go on working (KEY-12)', async () => {
    expect(await found(ofProject(alpha, 'about=maker-gone'), { as: all.owner })).toEqual(expected());
    for (const { secret } of [made.left, made.removed, made.deleted, made.blocked, made.suspended])
      expect((await byKey(client, secret, alpha)).decision).toBe(true);
  });

  it('are no longer listed once their maker is back', async () => {
    await takesExternals(all, alpha, true);
    expect(await found(ofProject(alpha, 'about=maker-gone'))).toEqual(expected().slice(0, -1));
    await takesExternals(all, alpha, false);
  });

  it('bring the address that they were used from, for who may list them', async () => {
    const body = { credential: made.left.secret, action: 'file:create', resource: filesOf(alpha) };
    await client.made('/v1/authorize', { ...body, context: { ip: '192.0.2.5' } });
    const [first] = (await report(ofProject(alpha, 'about=maker-gone'), { as: all.owner })).body.items;
    expect(first).toMatchObject({ id: made.left.id, lastUsedFrom: '192.0.2.5', lastUsedAt: expect.any(String) });
  });

  it('are the same page by page, in an organization’s report too, which goes on into the next project', async () => {
    const beta = await project(client, all, 'Beta');
    const stays = await makeKey(client, beta, all.owner);
    const guest = await colleague(client, all, 'guest');
    await collaborate(client, beta, { by: all.owner, accountId: guest });
    const after = await makeKey(client, beta, guest);
    await client.ask('DELETE', `/v1/projects/${beta}/collaborators/${guest}`, { as: all.owner });
    const both = [...expected(), [after.id, 'maker-left']];
    for (const limit of [1, 2, 5, 6, 1000]) {
      const path = ofOrganization(all.organization, 'about=maker-gone');
      const items = await everyItem<Reported>(client, path, { limit, ask: { as: all.owner } });
      expect(items.map(({ id, why }) => [id, why])).toEqual(both);
      const alone = await everyItem<Reported>(client, ofProject(alpha, 'about=maker-gone'), { limit });
      expect(alone.map(({ id, why }) => [id, why])).toEqual(expected());
    }
    expect(stays.id).not.toBe(after.id);
  });
});

describe('keys that nobody has used', () => {
  it('are listed since they were made, with how much is known, until their first use', async () => {
    const all = await cast(client);
    const [one, two, dead] = [
      await makeKey(client, all.defaultProject, all.owner),
      await makeKey(client, all.defaultProject, all.owner),
      await makeKey(client, all.defaultProject, all.owner),
    ];
    await revoke(all, dead);
    await server.server.engine.uses.report();
    const path = ofProject(all.defaultProject, 'about=never-used');
    const { body } = await report(path, { as: all.owner });
    expect(body.items.map(({ id, why }) => [id, why])).toEqual([
      [one.id, 'never-used'],
      [two.id, 'never-used'],
    ]);
    for (const { unusedSince, createdAt } of body.items) expect(unusedSince).toBe(createdAt);
    expect([body.knownSince, body.reportedBy]).toEqual([
      expect.any(String),
      [{ node: expect.any(String), reportedAt: expect.any(String) }],
    ]);
    await byKey(client, one.secret, all.defaultProject);
    expect(await found(path)).toEqual([[two.id, 'never-used']]);
  });

  it('that are older than what is known are claimed unused from there on, and no longer', async () => {
    // As if uses began to be recorded when the key is there already.
    const since = Date.now() + 60_000;
    const restarted = await startTestServer({
      open: async (config) => {
        const foundation = await openFoundation(config);
        await foundation.uses.report({ node: 'node_lossy', at: since, position: null, lostBefore: since })();
        return foundation;
      },
    });
    const own = await cast(restarted.client);
    await makeKey(restarted.client, own.defaultProject, own.owner);
    const { body } = await report(ofProject(own.defaultProject, 'about=never-used'), {}, restarted.client);
    const [item] = body.items;
    expect([body.knownSince, item?.unusedSince]).toEqual([
      new Date(since).toISOString(),
      new Date(since).toISOString(),
    ]);
    expect(Date.parse(item?.createdAt ?? '')).toBeLessThan(since);
    await restarted.remove();
  });

  it('cannot be told while the store of uses is away; the other reports can, and say that nothing is known', async () => {
    const blind = await startTestServer({
      open: async (config) => ({ ...(await openFoundation(config)), uses: new FailingUseStore(away) }),
    });
    const own = await cast(blind.client);
    await makeKey(blind.client, own.defaultProject, own.owner, { expiresAt: fromNow(day) });
    const about = (what: string) => report(ofProject(own.defaultProject, `about=${what}`), {}, blind.client);
    expectProblem(await about('never-used'), 503, 'uses-unavailable');
    const { status, body } = await about('expiring-soon');
    expect([status, body.items.length, body.knownSince, body.reportedBy]).toEqual([200, 1, null, []]);
    await blind.remove();
  });
});

describe('keys that expire soon', () => {
  it('are those that end by themselves within so many days, 30 unless said', async () => {
    const all = await cast(client);
    const make = (days: number | null) =>
      makeKey(client, all.defaultProject, all.owner, { expiresAt: days === null ? null : fromNow(days * day) });
    const [week, never, month, year] = [await make(7), await make(null), await make(29), await make(365)];
    const rotated = await make(null);
    await client.made(`/v1/api-keys/${rotated.id}/rotate`, { overlapSeconds: 3_600 }, { as: all.owner });
    const ids = async (query: string) =>
      (await found(ofProject(all.defaultProject, `about=expiring-soon${query}`))).map(([id]) => id);
    expect(await ids('')).toEqual([week.id, month.id, rotated.id]);
    expect(await ids('&within=8')).toEqual([week.id, rotated.id]);
    expect(await ids('&within=1')).toEqual([rotated.id]);
    expect(await ids('&within=366')).toEqual([week.id, month.id, year.id, rotated.id]);
    expect(await ids('&within=3650')).not.toContain(never.id);
  });
});

describe('a report', () => {
  let all: Cast;
  let alpha: string;
  beforeAll(async () => {
    all = await cast(client);
    alpha = await project(client, all, 'Alpha');
    await makeKey(client, all.defaultProject, all.owner);
    await makeKey(client, alpha, all.owner);
  });

  it('of a project is for whoever may list its keys (PRM-27), of an organization for who may audit it (PRM-18)', async () => {
    const foreign = await cast(client);
    const status = async (path: string, ask: Ask) => (await report(path, ask)).status;
    const query = 'about=never-used';
    const rows: ReadonlyArray<readonly [string, Ask, number]> = [
      [ofProject(alpha, query), { as: all.owner }, 200],
      [ofProject(alpha, query), {}, 200],
      [ofProject(alpha, query), { as: all.member }, 404],
      [ofProject(all.defaultProject, query), { as: all.member }, 200],
      [ofProject(alpha, query), { as: foreign.owner }, 404],
      [ofOrganization(all.organization, query), { as: all.owner }, 200],
      [ofOrganization(all.organization, query), {}, 200],
      [ofOrganization(all.organization, query), { as: all.member }, 403],
      [ofOrganization(all.organization, query), { as: foreign.owner }, 404],
    ];
    for (const [path, ask, expected] of rows)
      expect([path, ask, await status(path, ask)]).toEqual([path, ask, expected]);
  });

  it('of an organization leaves out the projects whose keys its reader may not list', async () => {
    await client.ask('PUT', `/v1/organizations/${all.organization}/features`, { body: { requireJoin: true } });
    const admin = await colleague(client, all, 'admin');
    await client.ask('PATCH', `/v1/organizations/${all.organization}/members/${admin}`, {
      as: all.owner,
      body: { role: 'admin' },
    });
    const path = ofOrganization(all.organization, 'about=never-used');
    const projects = async (ask: Ask) =>
      new Set((await everyItem<Reported>(client, path, { ask })).map(({ projectId }) => projectId));
    expect(await projects({ as: admin })).toEqual(new Set([all.defaultProject]));
    expect(await projects({})).toEqual(new Set([all.defaultProject, alpha]));
  });

  it('is refused without what it is about, with another word for it, and with days that it does not look at', async () => {
    const bad: ReadonlyArray<readonly [string, string]> = [
      ['', '/about'],
      ['about=everything', '/about'],
      ['about=never-used&within=3', '/within'],
      ['about=expiring-soon&within=0', '/within'],
      ['about=expiring-soon&within=3651', '/within'],
      ['about=expiring-soon&within=x', '/within'],
      ['about=maker-gone&more=1', '/more'],
      ['about=maker-gone&limit=0', '/limit'],
    ];
    for (const [query, pointer] of bad)
      for (const path of [ofProject(alpha, query), ofOrganization(all.organization, query)])
        expectFaults(await report(path), [pointer]);
  });

  it('takes no cursor of another report, of other days, or of another place', async () => {
    for (const name of ['one', 'two']) await makeKey(client, alpha, all.owner, { name, expiresAt: fromNow(day) });
    const { nextCursor } = (await report(ofProject(alpha, 'about=expiring-soon&limit=1'))).body;
    const cursor = `&cursor=${String(nextCursor)}`;
    expect((await report(ofProject(alpha, `about=expiring-soon${cursor}`))).body.items).toHaveLength(1);
    for (const path of [
      ofProject(alpha, `about=never-used${cursor}`),
      ofProject(alpha, `about=expiring-soon&within=31${cursor}`),
      ofProject(all.defaultProject, `about=expiring-soon${cursor}`),
      ofOrganization(all.organization, `about=expiring-soon${cursor}`),
    ])
      expectProblem(await report(path), 400, 'bad-cursor');
  });
});
