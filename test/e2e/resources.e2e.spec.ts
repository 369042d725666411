import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cast, cast, collaborate, colleague, makeKey, person, project, serviceToken } from '../support/cast.js';
import type { Answer, Ask, Client } from '../support/client.js';
import type { Decided } from '../support/decisions.js';
import { everyItem } from '../support/pages.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { rawHead, sendRaw } from '../support/raw.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { trailOf } from '../support/trail.js';

interface Resource {
  readonly kind: string;
  readonly id: string;
  readonly projectId: string;
  readonly name: string | null;
  readonly createdAt: string;
}

let server: TestServer;
let client: Client;
let all: Cast;
let others: Cast;
/** `member` works in alpha; beta is the owner's alone. */
let [alpha, beta, external] = ['', '', ''];
let [service, confined] = ['', ''];

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  [all, others] = [await cast(client), await cast(client)];
  [alpha, beta] = [await project(client, all, 'Alpha'), await project(client, all, 'Beta')];
  external = await person(client, 'external');
  await client.ask('PATCH', `/v1/projects/${alpha}`, { ...owner(), body: { allowExternalCollaborators: true } });
  for (const accountId of [all.member, external]) await collaborate(client, alpha, { by: all.owner, accountId });
  service = await serviceToken(client, ['resources']);
  confined = await serviceToken(client, ['resources'], [others.organization]);
});
afterAll(() => server.remove());

const owner = () => ({ as: all.owner });
const member = () => ({ as: all.member });

let serial = 0;
/** An id that nobody has registered. */
const fresh = () => {
  serial += 1;
  return `resource-${String(serial)}`;
};

const pathOf = (id: string, { kind = 'file', in: projectId = alpha } = {}) =>
  `/v1/projects/${projectId}/resources/${kind}/${encodeURIComponent(id)}`;
const put = (path: string, ask: Ask = {}): Promise<Answer<Resource>> =>
  client.ask<Resource>('PUT', path, ask.as === undefined ? { token: service, ...ask } : ask);
const register = async (id: string, where: { readonly kind?: string; readonly in?: string } = {}): Promise<void> => {
  expect((await put(pathOf(id, where))).status).toBe(200);
};
const get = (path: string, ask: Ask = { token: service }) => client.get<Resource>(path, ask);
const remove = (path: string, ask: Ask = { token: service }) => client.ask<undefined>('DELETE', path, ask);
const events = async (): Promise<number> => (await trailOf(client)).length;

const decided = (question: object): Promise<Decided> => client.made<Decided>('/v1/authorize', question);
const about = (id: string, projectId?: string) => ({
  action: 'file:use',
  resource: { type: 'file', id, ...(projectId === undefined ? {} : { projectId }) },
});

describe('PUT: RES-08, registering', () => {
  it('is 200 with the resource; a second time, too, and then no event', async () => {
    const id = fresh();
    const made = await put(pathOf(id), { body: { name: 'Weights' } });
    const resource = { kind: 'file', id, projectId: alpha, name: 'Weights', createdAt: expect.any(String) };
    expect([made.status, made.body]).toEqual([200, resource]);
    expect(made.headers.get('writ-position')).not.toBeNull();
    const before = await events();
    for (const body of [{ name: 'Weights' }, {}, undefined]) {
      const again = await put(pathOf(id), { body });
      expect([again.status, again.body]).toEqual([200, made.body]);
    }
    expect(await events()).toBe(before);
    expect((await get(pathOf(id))).body).toEqual(made.body);
  });

  it('with another name renames it, with null takes its name, without one leaves it', async () => {
    const id = fresh();
    expect((await put(pathOf(id))).body.name).toBeNull();
    const named = [];
    for (const body of [{ name: ' One ' }, { name: 'Two' }, {}, { name: null }, { name: null }]) {
      const { status, body: resource } = await put(pathOf(id), { body });
      named.push([status, resource.name]);
    }
    expect(named).toEqual([
      [200, 'One'],
      [200, 'Two'],
      [200, 'Two'],
      [200, null],
      [200, null],
    ]);
  });

  it('of ten at once makes one', async () => {
    const id = fresh();
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(pathOf(id))));
    expect(answers.map(({ status }) => status).sort()).toEqual(Array.from({ length: 10 }, () => 200));
  });

  it('PRJ-23: of an id that another project of the organization has is 409 resource-taken', async () => {
    const id = fresh();
    await register(id);
    const before = await events();
    for (const ask of [{}, owner(), { token: client.operatorToken }])
      expectProblem(await put(pathOf(id, { in: beta }), ask), 409, 'resource-taken');
    expect(await events()).toBe(before);
    // Of another kind, or in another organization, it is another thing.
    await register(id, { kind: 'batch', in: beta });
    await register(id, { in: others.defaultProject });
    expect((await get(pathOf(id, { in: others.defaultProject }))).body.projectId).toBe(others.defaultProject);
  });

  it('tells who did it, of which project, with no more than it was told', async () => {
    const id = fresh();
    await put(pathOf(id), { token: client.operatorToken, ...member() });
    const [last] = (await trailOf(client, { projectId: alpha })).slice(-1);
    expect(last).toMatchObject({
      type: 'ResourceRegistered',
      actor: { type: 'user', id: all.member },
      organizationId: all.organization,
      projectId: alpha,
    });
    expect(last?.data).toEqual({
      organizationId: all.organization,
      projectId: alpha,
      kind: 'file',
      resourceId: id,
      name: null,
    });
  });

  it('refuses a name that looks like a key', async () => {
    const { secret } = await makeKey(client, alpha, all.owner);
    expectProblem(await put(pathOf(fresh()), { body: { name: `x ${secret}` } }), 422, 'name-looks-like-key');
  });

  it.each([
    ['a kind that there is not', 'spaceship'],
    ['a kind in capitals', 'File'],
    ['an API key, which is registered by being made', 'api-key'],
    ['no kind of its own', 'constructor'],
    ['a project', 'project'],
  ])('RES-01: of %s is a fault of the path', async (_, kind) => {
    for (const method of ['PUT', 'GET', 'DELETE'])
      expectFaults(await client.ask(method, pathOf('x', { kind }), { token: service }), ['/kind']);
    expectFaults(await get(`/v1/projects/${alpha}/resources/${kind}`), ['/kind']);
    expectFaults(await get(`/v1/projects/${alpha}/resources?kind=${kind}`), ['/kind']);
  });
});

/** To the byte, and as it is escaped in an address. */
const ids = [
  ...['a/b', 'a%2Fb', 'a%252Fb', '/', '%', '%%', '%zz', '%00', '100%', '?q=1', '#x', 'a;b', 'a+b', 'a&b=c'],
  ...['...', '.x', 'a.b', '*', '~', '"', "'", '\\', '<b>', '{id}', ':id', '__proto__', 'constructor', 'toString'],
  ...[
    '\u00e4',
    'a\u0308',
    '\u212b',
    '\u00c5',
    '日本',
    '😀',
    '👩\u{1f3fd}',
    '\u{10ffff}',
    '\ufffd',
    'ID',
    'id',
    'Id',
    '0',
    'null',
  ],
  ...['x'.repeat(200), '😀'.repeat(200), '/'.repeat(200), '%'.repeat(200)],
];

describe('an id', () => {
  it('is what it is to the byte, whatever it looks like', async () => {
    for (const id of ids) {
      const made = await put(pathOf(id, { kind: 'model' }), { body: { name: 'odd' } });
      expect([made.status, made.body.id]).toEqual([200, id]);
      expect((await get(pathOf(id, { kind: 'model' }))).body).toEqual(made.body);
    }
    const listed = await everyItem<Resource>(client, `/v1/projects/${alpha}/resources/model`, { limit: 7 });
    expect(listed.map(({ id }) => id)).toEqual(ids);
    for (const id of ids) expect((await remove(pathOf(id, { kind: 'model' }))).status).toBe(204);
    expect(await everyItem(client, `/v1/projects/${alpha}/resources/model`)).toEqual([]);
  });

  it('is found by a decision by the same bytes alone', async () => {
    const { secret: credential } = await makeKey(client, alpha, all.owner);
    await register('\u00e4/%2F', { in: alpha });
    const reason = async (id: string) => (await decided({ credential, ...about(id) })).reason;
    expect(await reason('\u00e4/%2F')).toBe('project-key');
    for (const id of ['a\u0308/%2F', '\u00c4/%2F', '\u00e4//', '\u00e4/%2f', '\u00e4%2F%252F', ' \u00e4/%2F', ''])
      expect([id, await reason(id)]).toEqual([id, 'unknown-resource']);
  });

  it('may be made of dots, which fetch would take for steps in the path', async () => {
    for (const dots of ['.', '..']) {
      const path = `/v1/projects/${alpha}/resources/file/${'%2e'.repeat(dots.length)}`;
      const made = await sendRaw(client.url, rawHead('PUT', path, service));
      expect([made.status, (made.body as Resource).id]).toEqual([200, dots]);
      expect((await sendRaw(client.url, rawHead('GET', path, service))).body).toEqual(made.body);
      expect((await sendRaw(client.url, rawHead('DELETE', path, service))).status).toBe(204);
    }
    expectProblem(await put(`/v1/projects/${alpha}/resources/file/a/b`), 404, 'not-found');
  });

  it.each([
    ['a space', 'a b'],
    ['a line', 'a\nb'],
    ['a zero', 'a\u0000b'],
    ['what is not seen', 'a\u200bb'],
    ['what turns text around', '\u202eabc'],
    ['nothing but a space', '\u3000'],
    ['too much', 'x'.repeat(201)],
    ['far too much', 'x'.repeat(1_000)],
  ])('of %s is a fault when it is put, and is of nothing else', async (_, id) => {
    expectFaults(await put(pathOf(id)), ['/resourceId']);
    expectProblem(await get(pathOf(id)), 404, 'not-found');
    expectProblem(await remove(pathOf(id)), 404, 'not-found');
  });
});

describe('DELETE: removing', () => {
  it('is 204, and then 404; the id is free for another project', async () => {
    const id = fresh();
    await register(id);
    expect((await remove(pathOf(id))).status).toBe(204);
    const before = await events();
    expectProblem(await remove(pathOf(id)), 404, 'not-found');
    expectProblem(await get(pathOf(id)), 404, 'not-found');
    expect(await events()).toBe(before);
    await register(id, { in: beta });
    expectProblem(await get(pathOf(id)), 404, 'not-found');
    expect((await get(pathOf(id, { in: beta }))).body.projectId).toBe(beta);
  });

  it('of another project’s, or of what nobody registered, is 404', async () => {
    const id = fresh();
    await register(id);
    for (const path of [pathOf(id, { in: beta }), pathOf(id, { kind: 'batch' }), pathOf(fresh())])
      expectProblem(await remove(path), 404, 'not-found');
    expect((await get(pathOf(id))).status).toBe(200);
  });
});

describe('If-Match', () => {
  const ifMatch = (tag: string) => ({ token: service, headers: { 'if-match': tag } });
  const tagOf = async (path: string) => (await get(path)).headers.get('etag') ?? '';

  it('guards a renaming and a removal', async () => {
    const path = pathOf(fresh());
    await put(path);
    const first = await tagOf(path);
    expect((await put(path, { ...ifMatch(first), body: { name: 'One' } })).status).toBe(200);
    expectProblem(await put(path, { ...ifMatch(first), body: { name: 'Two' } }), 412, 'stale-revision');
    expectProblem(await remove(path, ifMatch(first)), 412, 'stale-revision');
    const second = await tagOf(path);
    expect(second).not.toBe(first);
    expect((await remove(path, ifMatch(second))).status).toBe(204);
    expectProblem(await put(path, ifMatch(second)), 412, 'stale-revision');
    expectProblem(await get(path), 404, 'not-found');
  });
});

describe('the list', () => {
  it('is of a project, in the order of registering, of all kinds or of one', async () => {
    const gamma = await project(client, all, 'Gamma');
    const path = `/v1/projects/${gamma}/resources`;
    const made: Array<[string, string]> = [];
    for (const kind of ['file', 'batch', 'file', 'storage', 'file']) {
      const id = fresh();
      await register(id, { kind, in: gamma });
      made.push([kind, id]);
    }
    const listed = async (query: string, ask: Ask = {}) =>
      (await everyItem<Resource>(client, `${path}${query}`, { limit: 2, ask })).map(({ kind, id }) => [kind, id]);
    const files = made.filter(([kind]) => kind === 'file');
    for (const ask of [{}, { token: service }, owner()]) {
      expect(await listed('', ask)).toEqual(made);
      expect(await listed('?kind=file', ask)).toEqual(files);
      expect(await listed('/file', ask)).toEqual(files);
      expect(await listed('/model', ask)).toEqual([]);
    }
    const { nextCursor } = (await client.get<{ nextCursor: string }>(`${path}?limit=1&kind=file`)).body;
    for (const other of [`${path}?limit=1&kind=batch`, `${path}?limit=1`, `${path}/file?limit=1`])
      expectProblem(
        await client.get(`${other}${other.includes('?') ? '&' : '?'}cursor=${nextCursor}`),
        400,
        'bad-cursor',
      );
    expectFaults(await client.get(`${path}/file?kind=file`), ['/kind']);
  });
});

describe('who', () => {
  const stranger = () => ({ as: others.owner });

  it('may register and remove: whoever may create and delete that kind there', async () => {
    const fellow = { as: await colleague(client, all, 'fellow') };
    const may = async (ask: Ask, kind: string): Promise<ReadonlyArray<number>> => {
      const [id, token] = [fresh(), client.operatorToken];
      const made = await put(pathOf(id, { kind }), { token, ...ask });
      if (made.status >= 300) await register(id, { kind });
      const gone = await remove(pathOf(id, { kind }), { token, ...ask });
      return [made.status, gone.status];
    };
    // PRM-60: everybody in the project; PRM-40: its admins alone.
    for (const kind of ['file', 'inference', 'code-interpreter']) {
      for (const ask of [owner(), member(), { as: external }, {}, { token: service }])
        expect([kind, await may(ask, kind)]).toEqual([kind, [200, 204]]);
      for (const ask of [fellow, stranger()]) expect([kind, await may(ask, kind)]).toEqual([kind, [404, 404]]);
    }
    for (const kind of ['gpu-cluster', 'storage']) {
      for (const ask of [owner(), {}, { token: service }]) expect(await may(ask, kind)).toEqual([200, 204]);
      for (const ask of [member(), { as: external }]) expect(await may(ask, kind)).toEqual([403, 403]);
    }
    const refused = await put(pathOf(fresh(), { kind: 'storage' }), { token: client.operatorToken, ...member() });
    expectProblem(refused, 403, 'forbidden');
    expect(refused.body).toMatchObject({ action: 'storage:create' });
  });

  it('may look: whoever may look at the project', async () => {
    const id = fresh();
    await register(id);
    for (const path of [pathOf(id), `/v1/projects/${alpha}/resources`, `/v1/projects/${alpha}/resources/file`]) {
      for (const ask of [owner(), member(), { as: external }, {}, { token: service }])
        expect((await client.get(path, ask)).status).toBe(200);
      for (const ask of [stranger(), { token: confined }]) expectProblem(await client.get(path, ask), 404, 'not-found');
    }
  });

  it('is confined is so to its organizations', async () => {
    for (const method of ['PUT', 'GET', 'DELETE'])
      expectProblem(await client.ask(method, pathOf('x'), { token: confined }), 404, 'not-found');
    const theirs = pathOf(fresh(), { in: others.defaultProject });
    expect((await put(theirs, { token: confined })).status).toBe(200);
    expect((await remove(theirs, { token: confined })).status).toBe(204);
  });

  it('acts for a person has that person’s rights alone', async () => {
    const token = await serviceToken(client, ['resources', 'act-as']);
    const path = pathOf(fresh(), { kind: 'storage' });
    expectProblem(await put(path, { token, ...member() }), 403, 'forbidden');
    expectProblem(await put(path, { token, ...stranger() }), 404, 'not-found');
    expect((await put(path, { token })).status).toBe(200);
  });

  it('has another scope, or a key, has none of it', async () => {
    const { secret } = await makeKey(client, alpha, all.owner);
    const token = await serviceToken(client, ['decisions', 'identity', 'audit']);
    for (const other of [secret, token]) expectProblem(await put(pathOf(fresh()), { token: other }), 403, 'forbidden');
  });

  it('registers in a project that does not exist finds none', async () => {
    for (const ask of [{}, { token: client.operatorToken }, owner()])
      expectProblem(await put(pathOf('x', { in: 'proj_none' }), { ...ask }), 404, 'not-found');
  });
});

describe('AMB-40, LIM-08: what a service made is recorded where nothing may be made', () => {
  const stopped = [
    [
      'a suspended organization',
      async () => {
        const suspended = await cast(client);
        return {
          of: suspended,
          projectId: suspended.defaultProject,
          stop: `/v1/organizations/${suspended.organization}/suspend`,
        };
      },
    ],
    [
      'an archived project',
      async () => {
        const projectId = await project(client, all, 'Gone');
        return { of: all, projectId, stop: `/v1/projects/${projectId}/archive` };
      },
    ],
  ] as const;

  it.each(stopped)('%s: the scope registers and removes, a person may not', async (_, make) => {
    const { of, projectId, stop } = await make();
    const [before, after] = [fresh(), fresh()];
    await register(before, { in: projectId });
    await client.made(stop, undefined, stop.endsWith('archive') ? { as: of.owner } : {});
    const token = client.operatorToken;
    expectProblem(await put(pathOf(after, { in: projectId }), { token, as: of.owner }), 403, 'forbidden');
    expectProblem(await remove(pathOf(before, { in: projectId }), { token, as: of.owner }), 403, 'forbidden');
    expect((await get(pathOf(before, { in: projectId }), { as: of.owner })).status).toBe(200);
    await register(after, { in: projectId });
    for (const id of [before, after]) expect((await remove(pathOf(id, { in: projectId }))).status).toBe(204);
  });
});

describe('decisions', () => {
  it('go by what is registered as soon as the answer is there, and cite it', async () => {
    const { secret: credential, id: keyId } = await makeKey(client, alpha, all.owner);
    const { secret: elsewhere } = await makeKey(client, beta, all.owner);
    const id = fresh();
    const seen = async (question: object) => {
      const { reason, evidence } = await decided(question);
      return [reason, ...evidence.map(({ type }) => type)];
    };
    expect(await seen({ credential, ...about(id) })).toEqual(['unknown-resource']);
    await register(id);
    expect(await seen({ credential, ...about(id) })).toEqual(['project-key', 'KeyCreated', 'ResourceRegistered']);
    expect(await seen({ subject: { type: 'api_key', id: keyId }, ...about(id) })).toHaveLength(3);
    expect(await seen({ credential: elsewhere, ...about(id) })).toEqual(['other-project']);
    expect(await seen({ credential: elsewhere, ...about(id, beta) })).toEqual(['other-project', 'ResourceRegistered']);
    expect((await seen({ subject: { type: 'user', id: all.member }, ...about(id) }))[0]).toBe('project-member');
    expect((await seen({ subject: { type: 'user', id: external }, ...about(id) }))[0]).toBe('unknown-resource');
    expect((await seen({ subject: { type: 'user', id: external }, ...about(id, alpha) }))[0]).toBe(
      'external-collaborator',
    );
    await remove(pathOf(id));
    expect(await seen({ credential, ...about(id) })).toEqual(['unknown-resource', 'ResourceRemoved']);
    expect(await seen({ credential: elsewhere, ...about(id, beta) })).toEqual(['project-key', 'KeyCreated']);
  });

  it('of a confined token are of its organizations’ resources', async () => {
    const id = fresh();
    await register(id);
    const { secret: credential } = await makeKey(client, alpha, all.owner);
    const ask = async (organizationId: string) => {
      const token = await serviceToken(client, ['decisions'], [organizationId]);
      return (await client.made<Decided>('/v1/authorize', { credential, ...about(id) }, { token })).reason;
    };
    expect(await ask(all.organization)).toBe('project-key');
    expect(await ask(others.organization)).toBe('unknown-key');
  });

  it('RES-08, ORG-19, DEL-07: are the same when the maker has gone', async () => {
    const maker = await colleague(client, all, 'maker');
    await collaborate(client, alpha, { by: all.owner, accountId: maker });
    const id = fresh();
    expect((await put(pathOf(id), { token: client.operatorToken, as: maker })).status).toBe(200);
    const { secret: credential } = await makeKey(client, alpha, all.owner);
    const before = await decided({ credential, ...about(id) });
    await client.ask('DELETE', `/v1/organizations/${all.organization}/members/${maker}`, owner());
    expect(await decided({ credential, ...about(id) })).toEqual(before);
    expect((await client.ask('DELETE', `/v1/accounts/${maker}`, { as: maker })).status).toBe(204);
    expect(await decided({ credential, ...about(id) })).toEqual(before);
    expect((await get(pathOf(id))).status).toBe(200);
  });

  it('are the same after a restart', async () => {
    const { secret: credential } = await makeKey(client, alpha, all.owner);
    const [kept, gone] = [fresh(), fresh()];
    for (const id of [kept, gone]) await register(id);
    await remove(pathOf(gone));
    const questions = [kept, gone].map((id) => ({ credential, ...about(id) }));
    const before = await Promise.all(questions.map(decided));
    const list = await everyItem<Resource>(client, `/v1/projects/${alpha}/resources`);
    await server.stop();
    server = await startTestServer({ dataDir: server.dataDir });
    client = server.client;
    expect(await Promise.all(questions.map(decided))).toEqual(before);
    expect(await everyItem<Resource>(client, `/v1/projects/${alpha}/resources`)).toEqual(list);
  });
});
