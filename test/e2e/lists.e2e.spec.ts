import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  cast,
  castByInvitation,
  collaborate,
  colleague,
  invite,
  makeKey,
  newcomer,
  person,
  project,
  serviceToken,
} from '../support/cast.js';
import type { Client } from '../support/client.js';
import { everyItem, type List, page, withQuery } from '../support/pages.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
let client: Client;
let everyone: Cast;
let alpha: string;

/** A list, how its items are told apart, and something that makes one more of them. */
interface Listing {
  readonly path: string;
  readonly idOf: string;
  readonly add: () => Promise<unknown>;
}

let lists: Readonly<Record<string, Listing>>;
const names = [
  'accounts',
  'organizations',
  'members',
  'invitations',
  'projects',
  'collaborators',
  'api-keys',
  'resources',
  'files',
  'service-tokens',
  'peppers',
  'events',
] as const;
const listing = (name: string): Listing => {
  const found = lists[name];
  if (found === undefined) throw new Error(`no list of ${name}`);
  return found;
};

const addCollaborator = async (): Promise<unknown> =>
  collaborate(client, alpha, { by: everyone.owner, accountId: await colleague(client, everyone, 'joins') });
const addExternal = async (): Promise<unknown> =>
  collaborate(client, alpha, { by: everyone.owner, accountId: await person(client, 'guest') });

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  everyone = await cast(client);
  const inviting = await castByInvitation(client);
  alpha = await project(client, everyone, 'Alpha');
  await client.ask('PATCH', `/v1/projects/${alpha}`, {
    as: everyone.owner,
    body: { allowExternalCollaborators: true },
  });
  const home = `/v1/organizations/${everyone.organization}`;
  const newProject = () => project(client, everyone, 'More');
  let peppers = 0;
  const storePepper = () =>
    client.ask('PUT', `/v1/imports/peppers/p${String((peppers += 1))}`, {
      body: { secret: 'of some length, and more' },
    });
  const register = () => client.ask('PUT', `/v1/projects/${alpha}/resources/file/${randomUUID()}`);
  lists = {
    accounts: { path: '/v1/accounts', idOf: 'id', add: () => person(client, 'more') },
    organizations: { path: '/v1/organizations', idOf: 'id', add: () => cast(client) },
    members: { path: `${home}/members`, idOf: 'accountId', add: () => colleague(client, everyone, 'more') },
    invitations: {
      path: `/v1/organizations/${inviting.organization}/invitations`,
      idOf: 'id',
      add: () => invite(client, inviting, newcomer('invited').email),
    },
    projects: { path: `${home}/projects`, idOf: 'id', add: newProject },
    collaborators: { path: `/v1/projects/${alpha}/collaborators`, idOf: 'accountId', add: addCollaborator },
    'api-keys': {
      path: `/v1/projects/${alpha}/api-keys`,
      idOf: 'id',
      add: () => makeKey(client, alpha, everyone.owner),
    },
    resources: { path: `/v1/projects/${alpha}/resources`, idOf: 'id', add: register },
    files: { path: `/v1/projects/${alpha}/resources/file`, idOf: 'id', add: register },
    'service-tokens': {
      path: '/v1/service-tokens',
      idOf: 'id',
      add: () => client.made('/v1/service-tokens', { name: 'more', scopes: ['decisions'] }),
    },
    peppers: { path: '/v1/imports/peppers', idOf: 'name', add: storePepper },
    events: { path: '/v1/audit/events', idOf: 'position', add: () => person(client, 'happens') },
  };
  for (const { add } of Object.values(lists)) for (let n = 0; n < 4; n += 1) await add();
});
afterAll(() => server.remove());

const idsIn = (items: ReadonlyArray<unknown>, { idOf }: Listing): ReadonlyArray<unknown> =>
  items.map((item) => (item as Readonly<Record<string, unknown>>)[idOf]);
const idsOf = async (list: Listing, options: Parameters<typeof everyItem>[2] = {}) =>
  idsIn(await everyItem(client, list.path, options), list);

describe.each(names)('the list of %s', (name) => {
  it('has its items, its end and its position, and nothing else', async () => {
    const whole = await page(client, listing(name).path, { limit: 1000 });
    expect(Object.keys(whole).sort()).toEqual(['complete', 'items', 'nextCursor', 'position']);
    expect(whole).toMatchObject({ complete: true, nextCursor: null, position: expect.stringMatching(/^[\w-]{10,}$/u) });
    expect(whole.items.length).toBeGreaterThan(3);
  });

  it('says that more comes, and goes on where it stopped', async () => {
    const list = listing(name);
    const all = await idsOf(list);
    const first = await page(client, list.path, { limit: 2 });
    expect(first).toMatchObject({ complete: false, nextCursor: expect.any(String) });
    const rest = await page(client, list.path, { limit: 1000, cursor: first.nextCursor ?? '' });
    expect([...idsIn(first.items, list), ...idsIn(rest.items, list)]).toEqual(all);
    const exact = await page(client, list.path, { limit: all.length });
    expect(exact).toMatchObject({ complete: true, nextCursor: null });
  });

  it.each(['0', '1001', '-1', 'abc', '1.5', '', '01', '1e2', ' 5', '99999999999999999999'])(
    'refuses limit=%j',
    async (limit) => {
      const answer = await client.get(`${listing(name).path}?limit=${encodeURIComponent(limit)}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ pointer: '/limit' }] } });
    },
  );

  it('takes limit=1 and limit=1000, and no parameter that it does not know, and none twice', async () => {
    const { path } = listing(name);
    const statusOf = async (query: string) => (await client.get(`${path}?${query}`)).status;
    expect(await statusOf('limit=1')).toBe(200);
    expect(await statusOf('limit=1000')).toBe(200);
    expect(await statusOf('offset=1')).toBe(400);
    expect(await statusOf('limit=1&limit=1')).toBe(400);
  });

  it('refuses a cursor that was altered', async () => {
    const { path } = listing(name);
    const { nextCursor } = await page(client, path, { limit: 1 });
    const cursor = nextCursor ?? '';
    const flipped = (at: number) => `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
    const altered = [
      ...[0, Math.floor(cursor.length / 2), cursor.length - 2].map(flipped),
      ...[cursor.slice(0, -4), `${cursor}AAAA`, `${cursor}=`, 'x', '', '0', '1'],
    ];
    for (const each of altered)
      expect(await client.get(withQuery(path, { limit: 1, cursor: each }))).toMatchObject({
        status: 400,
        body: { code: 'bad-cursor' },
      });
    expect((await client.get(withQuery(path, { limit: 1, cursor }))).status).toBe(200);
  });

  it('refuses a cursor of another list', async () => {
    const { nextCursor } = await page(client, listing(name).path, { limit: 1 });
    for (const other of names.filter((each) => each !== name)) {
      const answer = await client.get(withQuery(listing(other).path, { cursor: nextCursor ?? '' }));
      expect([other, answer]).toMatchObject([other, { status: 400, body: { code: 'bad-cursor' } }]);
    }
  });

  it('neither skips nor repeats while more arrives', async () => {
    const list = listing(name);
    const before = await idsOf(list);
    let more = 4;
    const seen = await idsOf(list, { limit: 2, between: async () => (more-- > 0 ? list.add() : undefined) });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, before.length)).toEqual(before);
    const after = await idsOf(list);
    expect(after.filter((id) => seen.includes(id))).toEqual(seen);
  });
});

describe('a cursor', () => {
  it('belongs to one list of one parent', async () => {
    const beta = await project(client, everyone, 'Beta');
    const other = await cast(client);
    const { nextCursor } = await page(client, `/v1/projects/${alpha}/api-keys`, { limit: 1 });
    const members = await page(client, `/v1/organizations/${everyone.organization}/members`, { limit: 1 });
    const refused = { status: 400, body: { code: 'bad-cursor' } };
    const ofBeta = withQuery(`/v1/projects/${beta}/api-keys`, { cursor: nextCursor ?? '' });
    expect(await client.get(ofBeta)).toMatchObject(refused);
    const ofOther = withQuery(`/v1/organizations/${other.organization}/members`, { cursor: members.nextCursor ?? '' });
    expect(await client.get(ofOther)).toMatchObject(refused);
  });

  it('belongs to its filters and its order, but to no limit', async () => {
    const events = '/v1/audit/events';
    const { nextCursor } = await page(client, `${events}?type=AccountRegistered`, { limit: 1 });
    const ask = (query: Record<string, string | number>) =>
      client.get<List<unknown>>(withQuery(events, { cursor: nextCursor ?? '', ...query }));
    const refused = { status: 400, body: { code: 'bad-cursor' } };
    expect(await ask({})).toMatchObject(refused);
    expect(await ask({ type: 'KeyCreated' })).toMatchObject(refused);
    expect(await ask({ type: 'AccountRegistered', order: 'desc' })).toMatchObject(refused);
    expect(await ask({ type: 'AccountRegistered', organizationId: everyone.organization })).toMatchObject(refused);
    expect(await ask({ type: 'AccountRegistered', limit: 3 })).toMatchObject({ status: 200 });
  });

  it('is no way around a permission', async () => {
    const path = `/v1/projects/${alpha}/api-keys`;
    const { nextCursor } = await page(client, path, { limit: 1 }, { as: everyone.owner });
    const outside = await colleague(client, everyone, 'outside');
    const answer = await client.get(withQuery(path, { cursor: nextCursor ?? '' }), { as: outside });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});

it('for a token of some organizations has full pages of what is theirs', async () => {
  const theirs = await cast(client);
  const ids = [theirs.owner, theirs.member];
  for (const name of ['one', 'two', 'three']) {
    await person(client, 'nobody');
    ids.push(await colleague(client, theirs, name));
  }
  const ask = { token: await serviceToken(client, ['identity'], [theirs.organization]) };
  const found = await everyItem<{ readonly id: string }>(client, '/v1/accounts', { limit: 2, ask });
  expect(found.map(({ id }) => id)).toEqual(ids);
});

describe('what leaves or moves while a list is read', () => {
  it('makes no collaborator who stays be skipped or repeated', async () => {
    await addExternal();
    await addExternal();
    const list = listing('collaborators');
    const before = await idsOf(list);
    const changes = [
      addCollaborator, // members may be listed before externals
      () => client.ask('DELETE', `${list.path}/${String(before[1])}`, { as: everyone.owner }),
      addExternal,
    ];
    const seen = await idsOf(list, { limit: 2, between: async () => changes.shift()?.() });
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((id) => id !== before[1] && !seen.includes(id))).toEqual([]);
  });

  it('makes no project that stays be skipped or repeated, for a member who sees some of them', async () => {
    const list = listing('projects');
    const reader = await colleague(client, everyone, 'reader');
    const visible = async (id: string, visibility: string) =>
      client.ask('PATCH', `/v1/projects/${id}`, { as: everyone.owner, body: { visibility } });
    const ids = (await idsOf(list)).map(String);
    for (const id of ids.slice(1)) await visible(id, 'closed');
    const ask = { as: reader };
    const before = await idsOf(list, { ask });
    expect(before.length).toBeGreaterThan(4);
    const changes = [() => visible(String(before[1]), 'private'), () => visible(String(before[1]), 'closed')];
    const seen = await idsOf(list, { ask, limit: 2, between: async () => changes.shift()?.() });
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
  });

  it('makes no member who stays be skipped or repeated', async () => {
    const list = listing('members');
    const before = await idsOf(list);
    const leaver = String(before[1]);
    const changes = [() => client.ask('DELETE', `${list.path}/${leaver}`)];
    const seen = await idsOf(list, { limit: 2, between: async () => changes.shift()?.() });
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
  });
});
