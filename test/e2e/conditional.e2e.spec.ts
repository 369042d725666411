import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Cast, cast, invite, type Named, person, project } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import { everyItem } from '../support/pages.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { everyRoute } from '../support/every-route.js';
import { byInvitation, supportRows } from '../support/route-rows.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
let client: Client;
let all: Cast;
let others: Cast;
let here: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  [all, others] = [await cast(client), await cast(client)];
  await client.post(`/v1/organizations/${all.organization}/legacy-key`);
  await client.ask('PUT', '/v1/imports/peppers/old', { body: { secret: 'a pepper of some length' } });
});
afterAll(() => server.remove());

const owner = () => ({ as: all.owner });
const emailOf = async (id: string) => (await client.get<{ email: string }>(`/v1/accounts/${id}`)).body.email;

let serial = 0;

/** New things for each test, so that each may change and remove them. */
beforeEach(async () => {
  const accountId = await person(client, 'someone');
  await client.made(`/v1/organizations/${all.organization}/members`, { accountId });
  const projectId = await project(client, all, 'Alpha');
  await client.made(`/v1/projects/${projectId}/collaborators`, { email: await emailOf(accountId) }, owner());
  const { id: keyId } = await client.made<Named>(`/v1/projects/${projectId}/api-keys`, { name: 'ci' }, owner());
  serial += 1;
  const invitationId = await byInvitation(client, all.organization, async () => {
    return (await invite(client, all, `invited-${String(serial)}@example.com`)).id;
  });
  const { id: serviceTokenId } = await client.made<Named>('/v1/service-tokens', { name: 'x', scopes: ['audit'] });
  const resource = { kind: 'file', resourceId: `weights-of-${projectId}` };
  await client.ask('PUT', `/v1/projects/${projectId}/resources/file/${resource.resourceId}`);
  here = {
    organizationId: all.organization,
    accountId,
    projectId,
    keyId,
    invitationId,
    serviceTokenId,
    name: 'old',
    ...resource,
  };
});

const addressOf = (path: string): string => path.replace(/:([A-Za-z]+)/gu, (_, name: string) => here[name] ?? '');

interface Thing {
  /** Who reads and changes it: the operator where it is left out. */
  readonly ask?: () => Ask;
  /** Two changes of it; each is made through `PATCH`, or by the request that is named. */
  readonly patch?: readonly [object, object];
  readonly change?: () => readonly [method: string, path: string, body?: object];
  readonly removable?: true;
  /** Removed by somebody else than who reads it. */
  readonly remove?: () => Ask;
}

const roles = [{ role: 'admin' }, { role: 'member' }] as const;
const names = [{ name: 'One' }, { name: 'Two' }] as const;

/** Every route that reads one thing. */
const things: Readonly<Record<string, Thing>> = {
  '/v1/accounts/:accountId': {
    change: () => ['POST', addressOf('/v1/accounts/:accountId/block')],
    removable: true,
    remove: () => ({ as: here['accountId'] }),
  },
  '/v1/me': { ask: owner },
  '/v1/organizations/:organizationId': { ask: owner, patch: names },
  '/v1/organizations/:organizationId/members/:accountId': { ask: owner, patch: roles, removable: true },
  '/v1/organizations/:organizationId/invitations/:invitationId': {
    ask: owner,
    change: () => ['DELETE', addressOf('/v1/organizations/:organizationId/invitations/:invitationId')],
    removable: true,
  },
  '/v1/projects/:projectId': { ask: owner, patch: names },
  '/v1/projects/:projectId/collaborators/:accountId': { ask: owner, patch: roles, removable: true },
  '/v1/api-keys/:keyId': { ask: owner, patch: names, removable: true },
  '/v1/organizations/:organizationId/legacy-key': {
    ask: owner,
    change: () => ['POST', addressOf('/v1/organizations/:organizationId/legacy-key/regenerate')],
  },
  '/v1/service-tokens/:serviceTokenId': {
    change: () => ['DELETE', addressOf('/v1/service-tokens/:serviceTokenId')],
    removable: true,
  },
  '/v1/projects/:projectId/resources/:kind/:resourceId': {
    ask: owner,
    change: () => ['PUT', addressOf('/v1/projects/:projectId/resources/:kind/:resourceId'), { name: 'Renamed' }],
    removable: true,
  },
  // It is what it is, or another.
  '/v1/imports/peppers/:name': {},
  '/v1/support-matrix': { change: () => ['PUT', '/v1/support-matrix', { rows: supportRows }] },
};

/** Without an id: whoever may read it at all is shown it. */
const toAnybody: ReadonlyArray<string> = ['/v1/me', '/v1/support-matrix'];

const table = Object.entries(things);
const patched = table.flatMap(([path, thing]) =>
  thing.patch === undefined ? [] : [[path, thing, thing.patch] as const],
);
const removable = table.filter(([, thing]) => thing.removable);

const send = <Body = unknown>(method: string, path: string, thing: Thing, more: Ask = {}): Promise<Answer<Body>> =>
  client.ask<Body>(method, addressOf(path), { ...thing.ask?.(), ...more });
const etagOf = async (path: string, thing: Thing): Promise<string> =>
  (await send('GET', path, thing)).headers.get('etag') ?? '';
const ifMatch = (tag: string) => ({ 'if-match': tag });

const events = async (): Promise<number> => (await everyItem(client, '/v1/audit/events')).length;

it('every route that reads one thing stands in the table, and every one that changes or removes it', async () => {
  const routes = await everyRoute(client);
  const ones = routes.filter(
    ({ method, path }) =>
      method === 'GET' &&
      ((/:[A-Za-z]+$/u.test(path) && !path.endsWith('/:kind')) ||
        toAnybody.includes(path) ||
        path.endsWith('/legacy-key')),
  );
  expect(Object.keys(things).sort()).toEqual(ones.map(({ path }) => path).sort());
  const by = (wanted: string) => routes.filter(({ method }) => method === wanted).map(({ path }) => path);
  expect(patched.map(([path]) => path).sort()).toEqual([...by('PATCH')].sort());
  expect(removable.map(([path]) => path).sort()).toEqual([...by('DELETE')].sort());
});

describe.each(table)('GET %s', (path, thing) => {
  it('has a strong ETag, which stays while nothing changes', async () => {
    const answer = await send('GET', path, thing);
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, expect.stringMatching(/^"[\x21\x23-\x7e]+"$/u)]);
    await client.post('/v1/service-tokens', { name: 'y', scopes: ['audit'] });
    expect(await etagOf(path, thing)).toBe(answer.headers.get('etag'));
  });

  it('is 304 without a body for If-None-Match that names it', async () => {
    const tag = await etagOf(path, thing);
    for (const header of [tag, `W/${tag}`, `"a", ${tag}`, `${tag},"a"`, '*']) {
      const answer = await send('GET', path, thing, { headers: { 'if-none-match': header } });
      expect([header, answer.status, answer.body, answer.headers.get('etag')]).toEqual([header, 304, undefined, tag]);
      expect(answer.headers.get('writ-position')).not.toBeNull();
      expect(answer.headers.get('x-request-id')).not.toBeNull();
    }
    for (const header of ['"a"', `"a${tag.slice(1)}`, tag.slice(1, -1), '', 'garbage'])
      expect((await send('GET', path, thing, { headers: { 'if-none-match': header } })).status).toBe(200);
  });

  it('has another ETag once it has changed', async () => {
    const { patch, change } = thing;
    const [method, address, body] = change?.() ?? ['PATCH', addressOf(path), patch?.[0]];
    if (patch === undefined && change === undefined) return;
    const before = await etagOf(path, thing);
    const done = await client.ask(method, address, { ...thing.ask?.(), body });
    expect(done.status).toBeLessThan(300);
    expect(await etagOf(path, thing)).not.toBe(before);
    expect((await send('GET', path, thing, { headers: { 'if-none-match': before } })).status).toBe(200);
  });

  it('is not there for whoever may not see it, whatever they have seen before', async () => {
    const tag = await etagOf(path, thing);
    if (toAnybody.includes(path)) return;
    const stranger = await send('GET', path, thing, { as: others.owner, headers: { 'if-none-match': tag } });
    expect([403, 404]).toContain(stranger.status);
    expect(stranger.headers.get('etag')).toBeNull();
    expectProblem(
      await send('GET', path, thing, { token: 'x', headers: { 'if-none-match': '*' } }),
      401,
      'unauthenticated',
    );
  });
});

describe.each(patched)('PATCH %s', (path, thing, [one, two]) => {
  const change = (body: object, headers: Record<string, string>) => send('PATCH', path, thing, { body, headers });

  it('with the current tag is done', async () => {
    for (const body of [one, two, one]) {
      const tag = await etagOf(path, thing);
      expect((await change(body, ifMatch(tag))).status).toBe(200);
      expect((await send('GET', path, thing)).body).toMatchObject(body);
    }
  });

  it('with an older tag is 412, and nothing is changed (ERR-17)', async () => {
    await change(two, {});
    const tag = await etagOf(path, thing);
    expect((await change(one, {})).status).toBe(200);
    const [now, count] = [await etagOf(path, thing), await events()];
    expectProblem(await change(two, ifMatch(tag)), 412, 'stale-revision');
    expectProblem(await change(one, ifMatch(tag)), 412, 'stale-revision');
    expect([await etagOf(path, thing), await events()]).toEqual([now, count]);
    expect((await change(two, ifMatch(now))).status).toBe(200);
  });

  it('of ten at once with the same tag, one is done', async () => {
    await change(two, {});
    const [tag, count] = [await etagOf(path, thing), await events()];
    const bodies = Array.from({ length: 10 }, (_, n) => ('name' in one ? { name: `Name ${String(n)}` } : one));
    const answers = await Promise.all(bodies.map((body) => change(body, ifMatch(tag))));
    expect((await events()) - count).toBe(1);
    const [done, late] = [200, 412].map((status) => answers.filter((answer) => answer.status === status));
    expect((done?.length ?? 0) + (late?.length ?? 0)).toBe(10);
    // Where all want the same, one that finds it done while it was on its way has nothing left to change.
    if ('name' in one) expect(done?.length).toBe(1);
    for (const answer of late ?? []) expectProblem(answer, 412, 'stale-revision');
  });
});

describe.each(removable)('DELETE %s', (path, thing) => {
  const remove = (tag: string) => send('DELETE', path, thing, { ...thing.remove?.(), headers: ifMatch(tag) });

  it('with the current tag is done', async () => {
    expect((await remove(await etagOf(path, thing))).status).toBe(204);
  });

  it('with an older tag is 412, and nothing is removed (ERR-17)', async () => {
    const tag = await etagOf(path, thing);
    if (thing.patch !== undefined) await send('PATCH', path, thing, { body: thing.patch[0] });
    const stale = thing.patch === undefined ? '"stale"' : tag;
    const count = await events();
    expectProblem(await remove(stale), 412, 'stale-revision');
    expect(await events()).toBe(count);
    expect((await send('GET', path, thing)).status).toBe(200);
    expect((await remove(await etagOf(path, thing))).status).toBe(204);
  });
});

describe('If-Match', () => {
  const path = '/v1/api-keys/:keyId';
  const key: Thing = { ask: owner };
  const rename = (tag: string, more: Ask = {}) =>
    send('PATCH', path, key, { body: { name: 'new' }, headers: ifMatch(tag), ...more });

  it('* is met by whatever is there, and by nothing that is not', async () => {
    expect((await rename('*')).status).toBe(200);
    expect((await send('DELETE', path, key, { headers: ifMatch(' * ') })).status).toBe(204);
    const none = await client.ask('PATCH', '/v1/api-keys/key_none', { ...owner(), body: {}, headers: ifMatch('*') });
    expectProblem(none, 404, 'not-found');
  });

  it('may list tags, one of which is enough', async () => {
    const tag = await etagOf(path, key);
    expectProblem(await rename('"a", "b"'), 412, 'stale-revision');
    expect((await rename(`"a" , ${tag}`)).status).toBe(200);
  });

  it('takes no weak tag: that two things look alike does not make them the same', async () => {
    expectProblem(await rename(`W/${await etagOf(path, key)}`), 412, 'stale-revision');
  });

  it.each(['', 'x', '"', '"x', 'x"', '*, "x"', '"x" "y"', '"x",', 'W/*', 'w/"x"', '**', "'x'"])(
    '%j is malformed, and nothing is changed',
    async (tag) => {
      const count = await events();
      expectFaults(await rename(tag), ['']);
      expectFaults(await send('DELETE', path, key, { headers: ifMatch(tag) }), ['']);
      expect(await events()).toBe(count);
    },
  );

  it('stays good while something else changes', async () => {
    const tag = await etagOf(path, key);
    await send('PATCH', '/v1/projects/:projectId', key, { body: { name: 'Else' } });
    await client.made(`/v1/projects/${here['projectId'] ?? ''}/api-keys`, { name: 'else' }, owner());
    expect((await rename(tag)).status).toBe(200);
  });

  it('of a collaborator who has no row of their own is of that, and no longer once they have one', async () => {
    const row = `/v1/projects/${all.defaultProject}/collaborators/${all.member}`;
    const change = (role: string, tag: string) =>
      client.ask('PATCH', row, { ...owner(), body: { role }, headers: ifMatch(tag) });
    const tag = (await client.get(row, owner())).headers.get('etag') ?? '';
    expect((await change('admin', tag)).status).toBe(200);
    expectProblem(await change('member', tag), 412, 'stale-revision');
    expect((await change('member', (await client.get(row, owner())).headers.get('etag') ?? '')).status).toBe(200);
  });

  it('of a member who left and came back is of their being here now', async () => {
    const member = '/v1/organizations/:organizationId/members/:accountId';
    const before = await etagOf(member, key);
    await send('DELETE', member, key);
    await client.made(`/v1/organizations/${all.organization}/members`, { accountId: here['accountId'] });
    expectProblem(await send('DELETE', member, key, { headers: ifMatch(before) }), 412, 'stale-revision');
    expect((await send('DELETE', member, key, { headers: ifMatch(await etagOf(member, key)) })).status).toBe(204);
  });
});

/** What a tag begins with whose thing last changed at this position: anybody can make one. */
const guess = (position: bigint): string => `"${hash('sha256', `changed ${String(position)}`, 'hex').slice(0, 16)}.x"`;

describe('nobody learns by it what they may not see', () => {
  const tags = ['"stale"', '*', guess(0n), guess(1n)];

  it.each(patched)('PATCH %s', async (path, thing, [body]) => {
    const count = await events();
    for (const tag of [...tags, await etagOf(path, thing)]) {
      const member = await send('PATCH', path, thing, { as: all.member, body, headers: ifMatch(tag) });
      const stranger = await send('PATCH', path, thing, { as: others.owner, body, headers: ifMatch(tag) });
      expect([403, 404]).toContain(member.status);
      expectProblem(stranger, 404, 'not-found');
    }
    expect(await events()).toBe(count);
  });

  it.each(removable)('DELETE %s', async (path, thing) => {
    const count = await events();
    for (const tag of [...tags, await etagOf(path, thing)])
      for (const as of [all.member, others.owner]) {
        const answer = await send('DELETE', path, thing, { as, headers: ifMatch(tag) });
        expect([path, [403, 404].includes(answer.status)]).toEqual([path, true]);
      }
    expect(await events()).toBe(count);
  });

  it('whether somebody is a member elsewhere', async () => {
    const members = `/v1/organizations/${all.organization}/members`;
    const homeless = await person(client, 'homeless');
    const count = await events();
    for (const id of [others.member, homeless, 'user_nobody'])
      for (const tag of tags) {
        const ask = { ...owner(), headers: ifMatch(tag) };
        expectProblem(await client.ask('DELETE', `${members}/${id}`, ask), 404, 'not-found');
        expectProblem(
          await client.ask('PATCH', `${members}/${id}`, { ...ask, body: { role: 'admin' } }),
          404,
          'not-found',
        );
      }
    expect(await events()).toBe(count);
  });
});
