import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Cast, cast, invite, type Named, person, project } from '../support/cast.js';
import type { Answer, Ask } from '../support/client.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { rawHead, sendRaw } from '../support/raw.js';
import { everyRoute } from '../support/every-route.js';
import { byInvitation, supportRows } from '../support/route-rows.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const LIMIT = 256 * 1024;

let server: TestServer;
let all: Cast;
let here: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startTestServer();
  all = await cast(server.client);
  const { client } = server;
  const alpha = await project(client, all, 'Alpha');
  const { id: key } = await client.made<Named>(`/v1/projects/${alpha}/api-keys`, { name: 'ci' }, { as: all.owner });
  const { email } = (await client.get<{ email: string }>(`/v1/accounts/${all.member}`)).body;
  await client.made(`/v1/projects/${alpha}/collaborators`, { email }, { as: all.owner });
  const invitationId = await byInvitation(client, all.organization, async () => {
    return (await invite(client, all, 'invited@example.com')).id;
  });
  const resource = { kind: 'file', resourceId: 'weights' };
  here = {
    organizationId: all.organization,
    accountId: all.member,
    projectId: alpha,
    keyId: key,
    invitationId,
    ...resource,
  };
});
afterAll(() => server.remove());

/** The last thing that happened. Answering a request as it should is no such thing. */
const lastEvent = async (): Promise<unknown> => {
  const { body } = await server.client.get<{ items: ReadonlyArray<{ id: string }> }>(
    '/v1/audit/events?order=desc&limit=1',
  );
  return body.items[0]?.id;
};

const unchanged = (): void => {
  let before: unknown;
  beforeEach(async () => {
    before = await lastEvent();
  });
  afterEach(async () => {
    expect(await lastEvent()).toBe(before);
  });
};

const ofWrongType = [5, 1.5, -0, {}, [[]], [{}], { length: 1 }];
const oddTexts = ['\ud800', 'a\udfff', 'a\u0000b', 'a\nb', '\u0085', '\u001b[31m'];
const long = 'x'.repeat(5_000);

/** What a field of each sort must refuse. */
const bad = {
  name: [...ofWrongType, true, null, '', '   ', 'x'.repeat(101), long, ...oddTexts],
  nameOrNull: [...ofWrongType, true, '', '   ', 'x'.repeat(101), ...oddTexts],
  email: [
    ...ofWrongType,
    true,
    null,
    '',
    'nobody',
    '@example.com',
    'a@b',
    `${long}@example.com`,
    'a b@example.com',
    'a@b.c,d@e.f',
    ...oddTexts.map((odd) => `${odd}@example.com`),
  ],
  oneOf: [
    ...ofWrongType,
    true,
    null,
    '',
    'other',
    ' google',
    'GOOGLE',
    'constructor',
    '__proto__',
    'toString',
    ...oddTexts,
  ],
  subject: [...ofWrongType, true, null, '', 'x'.repeat(256), ...oddTexts],
  flag: [...ofWrongType, null, '', 'true', 'yes', [true]],
  flags: [5, 1.5, 'x', '', true, null, [[]], [{}], []],
  slug: [...ofWrongType, true, null, '', 'a', '-a', 'Capital', 'under_score', 'x'.repeat(64), 'é', ...oddTexts],
  account: [...ofWrongType, true, null, '', 'somebody', 'user_', 'user_a-b', `user_${long}`, 'org_1', ...oddTexts],
  time: [...ofWrongType, true, '', 'tomorrow', '2099-02-30T00:00:00Z', '2099-01-01', '2099-01-01T00:00:00', long],
  project: [...ofWrongType, true, null, '', 'alpha', 'proj_', 'proj_a-b', `proj_${long}`, 'org_1', ...oddTexts],
  seconds: ['60', '', true, null, {}, [], [60], -1, 0.5, 2_592_001, 1e300],
  rows: [5, 1.5, 'x', '', true, null, {}, { length: 1 }],
  text: [...ofWrongType, true, null],
} as const;

type Sort = keyof typeof bad;

interface Taken {
  readonly as?: 'owner';
  readonly body: Readonly<Record<string, unknown>>;
  readonly required: ReadonlyArray<string>;
  readonly fields: Readonly<Record<string, Sort>>;
  /** No body is a body of nothing. */
  readonly mayBeAbsent?: true;
}

const owner = { as: 'owner' } as const;

/** A good body for each route that takes one, and what each field of it is. */
const bodies: Readonly<Record<string, Taken>> = {
  'POST /v1/accounts': {
    body: { email: 'new@example.com', provider: 'google', subject: 'new', name: 'New' },
    required: ['email', 'provider', 'subject'],
    fields: { email: 'email', provider: 'oneOf', subject: 'subject', name: 'nameOrNull' },
  },
  'POST /v1/accounts/:accountId/transfer': {
    body: { email: 'new@example.com', provider: 'github', subject: 'new' },
    required: ['email', 'provider', 'subject'],
    fields: { email: 'email', provider: 'oneOf', subject: 'subject' },
  },
  'POST /v1/sign-ins': {
    body: { email: 'new@example.com', provider: 'google', subject: 'new' },
    required: ['email', 'provider', 'subject'],
    fields: { email: 'email', provider: 'oneOf', subject: 'subject' },
  },
  'POST /v1/organizations': { ...owner, body: { name: 'Second' }, required: ['name'], fields: { name: 'name' } },
  'PATCH /v1/organizations/:organizationId': {
    ...owner,
    body: { name: 'Renamed', privacy: { storePrompts: true } },
    required: [],
    fields: { name: 'name', privacy: 'flags' },
  },
  'PUT /v1/organizations/:organizationId/features': {
    body: { multiProject: false },
    required: [],
    fields: { multiProject: 'flag', externalCollaborators: 'flag', invitations: 'flag', requireJoin: 'flag' },
  },
  'PUT /v1/organizations/:organizationId/membership-method': {
    body: { method: 'invitation' },
    required: ['method'],
    fields: { method: 'oneOf' },
  },
  'POST /v1/organizations/:organizationId/transfer-ownership': {
    body: { accountId: 'user_nobody' },
    required: ['accountId'],
    fields: { accountId: 'account' },
  },
  'POST /v1/organizations/:organizationId/invitations': {
    ...owner,
    body: { email: 'nobody@example.com' },
    required: ['email'],
    fields: { email: 'email' },
  },
  'POST /v1/invitations/accept': {
    ...owner,
    body: { token: 'winv_x' },
    required: ['token'],
    fields: { token: 'text' },
  },
  'POST /v1/organizations/:organizationId/members': {
    body: { accountId: 'user_nobody' },
    required: ['accountId'],
    fields: { accountId: 'account' },
  },
  'PATCH /v1/organizations/:organizationId/members/:accountId': {
    ...owner,
    body: { role: 'admin' },
    required: ['role'],
    fields: { role: 'oneOf' },
  },
  'POST /v1/organizations/:organizationId/projects': {
    ...owner,
    body: { name: 'Beta', slug: 'beta', visibility: 'open' },
    required: ['name'],
    fields: { name: 'name', slug: 'slug', visibility: 'oneOf' },
  },
  'PATCH /v1/projects/:projectId': {
    ...owner,
    body: { name: 'Renamed' },
    required: [],
    fields: { name: 'name', slug: 'slug', visibility: 'oneOf', allowExternalCollaborators: 'flag' },
  },
  'POST /v1/projects/:projectId/collaborators': {
    ...owner,
    body: { email: 'nobody@example.com' },
    required: ['email'],
    fields: { email: 'email' },
  },
  'PATCH /v1/projects/:projectId/collaborators/:accountId': {
    ...owner,
    body: { role: 'admin' },
    required: ['role'],
    fields: { role: 'oneOf' },
  },
  'POST /v1/projects/:projectId/api-keys': {
    ...owner,
    body: { name: 'key', expiresAt: '2099-01-01T00:00:00Z' },
    required: ['name'],
    fields: { name: 'name', expiresAt: 'time' },
  },
  'PATCH /v1/api-keys/:keyId': {
    ...owner,
    body: { name: 'renamed' },
    required: [],
    fields: { name: 'name', expiresAt: 'time' },
  },
  'POST /v1/api-keys/:keyId/rotate': {
    ...owner,
    body: { overlapSeconds: 60 },
    required: [],
    fields: { overlapSeconds: 'seconds' },
    mayBeAbsent: true,
  },
  'POST /v1/api-keys/revoke': {
    ...owner,
    body: { projectId: 'proj_0000000000000000000000' },
    required: ['projectId'],
    fields: { projectId: 'project' },
  },
  'PUT /v1/projects/:projectId/resources/:kind/:resourceId': {
    ...owner,
    body: { name: 'Resource' },
    required: [],
    fields: { name: 'nameOrNull' },
    mayBeAbsent: true,
  },
  'PUT /v1/imports/peppers/:name': {
    body: { secret: 'a pepper of some length', encoding: 'utf8' },
    required: ['secret'],
    fields: { secret: 'text', encoding: 'oneOf' },
  },
  'PUT /v1/support-matrix': { body: { rows: supportRows }, required: ['rows'], fields: { rows: 'rows' } },
  'POST /v1/service-tokens': {
    body: { name: 'gateway', scopes: ['audit'] },
    required: ['name', 'scopes'],
    fields: { name: 'name', expiresAt: 'time' },
  },
  'POST /v1/audit/evaluation': {
    body: {
      action: 'file:read',
      subject: { type: 'user', id: 'user_nobody' },
      resource: { type: 'file' },
      at: '2026-01-01T00:00:00Z',
    },
    required: ['subject', 'action', 'resource', 'at'],
    fields: { action: 'text', channel: 'oneOf', at: 'time' },
  },
  'POST /v1/audit/explain': {
    body: { action: 'file:read', subject: { type: 'user', id: 'user_nobody' }, resource: { type: 'file' } },
    required: ['subject', 'action', 'resource'],
    fields: { action: 'text', channel: 'oneOf', at: 'time' },
  },
  'POST /v1/audit/exposure': { body: { secret: 'x' }, required: ['secret'], fields: { secret: 'text' } },
  'POST /v1/audit/what-if': {
    body: { questions: [], change: { permissions: {} }, at: '2026-01-01T00:00:00Z' },
    required: ['questions', 'change'],
    fields: { at: 'time' },
  },
  'POST /v1/authorize': {
    body: { credential: 'x', action: 'file:read', resource: { type: 'file' } },
    required: ['action', 'resource'],
    fields: { credential: 'text', action: 'text', channel: 'oneOf' },
  },
};

const addressOf = (pattern: string, ids: Readonly<Record<string, string>> = here): string =>
  pattern.replace(/:([A-Za-z]+)/gu, (_, name: string) => ids[name] ?? 'svc_none');

const send = (
  route: string,
  body: unknown,
  { as }: Pick<Taken, 'as'> = {},
  more: Ask = {},
): Promise<Answer<unknown>> => {
  const [method = '', pattern = ''] = route.split(' ');
  return server.client.ask<unknown>(method, addressOf(pattern), { as: as && all[as], body, ...more });
};

const table = Object.entries(bodies).map(([route, taken]) => ({ route, taken }));

it('every route that takes a body stands in the table', async () => {
  // Of lines each is refused by itself: imports.e2e.
  const ofLines = 'POST /v1/imports/api-keys';
  const takers = (await everyRoute(server.client)).filter(({ takesBody, name }) => takesBody && name !== ofLines);
  expect(Object.keys(bodies).sort()).toEqual(takers.map(({ name }) => name).sort());
});

describe.each(table)('a bad body for $route', ({ route, taken }) => {
  unchanged();
  const { body, required, fields } = taken;
  const refuses = async (given: unknown, ...pointers: string[]) => {
    try {
      expectFaults(await send(route, given, taken), pointers);
    } catch (error) {
      throw new Error(`for ${JSON.stringify(given).slice(0, 200)}`, { cause: error });
    }
  };

  it.each(Object.entries(fields))('%s, which is of the sort "%s"', async (field, sort) => {
    for (const value of bad[sort]) await refuses({ ...body, [field]: value }, `/${field}`);
  });

  it('without what it needs', async () => {
    for (const field of required) {
      await refuses({ ...body, [field]: undefined }, `/${field}`);
      await refuses({ ...body, [field]: null }, `/${field}`);
    }
    if (required.length > 0) await refuses({}, ...required.map((field) => `/${field}`));
  });

  it('with what it does not know', async () => {
    for (const field of [
      'extra',
      'constructor',
      'toString',
      'prototype',
      'hasOwnProperty',
      'Name',
      'id',
      'actor',
      'a/b',
    ])
      await refuses({ ...body, [field]: 'x' }, `/${field.replace('/', '~1')}`);
    await refuses({ ...body, '': 1, ' ': null }, '/', '/ ');
    const [first = 'name'] = Object.keys(body);
    await refuses({ ...body, [first]: {}, extra: 1 }, `/${first}`, '/extra');
  });

  it('that is no object', async () => {
    const empty = taken.mayBeAbsent === true ? [] : [''];
    for (const whole of [
      ...empty,
      'null',
      '[]',
      '"text"',
      '5',
      'true',
      `[${JSON.stringify(body)}]`,
      '{}x',
      '{',
      'undefined',
    ])
      await refuses(whole, '');
  });

  it('that two readers could take differently', async () => {
    const text = JSON.stringify(body).slice(1);
    const [first = 'name'] = Object.keys(body);
    await refuses(`{"__proto__":{"admin":true},${text}`, '/__proto__');
    await refuses(`{"\\u005f_proto__":{"admin":true},${text}`, '/__proto__');
    await refuses(`{"${first}":"first",${text}`, `/${first}`);
    await refuses(`\ufeff{${text}`, '');
    await refuses(`{${text.replace('{', '{,')},`, '');
    await refuses(`{'${first}':1}`, '');
    await refuses(`{"extra":NaN,${text}`, '');
    await refuses(`{"extra":1e999,${text}`, '/extra');
  });

  it('nested too deeply', async () => {
    const deep = (levels: number) => '{"extra":'.repeat(levels) + '1' + '}'.repeat(levels);
    await refuses(deep(33), '');
    await refuses(deep(20_000), '');
    await refuses(`{"extra":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, '');
    await refuses('['.repeat(200_000), '');
    await refuses('{"a":'.repeat(50_000), '');
    await refuses(deep(32), ...(required.length === 0 ? [] : required.map((field) => `/${field}`)), '/extra');
  });

  it('of another type, or in no type that is named', async () => {
    const types = [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/x-ndjson',
      'application/json; charset=latin1',
      'application/json; charset="utf-16"',
      'application/jsonx',
      'nonsense',
      'multipart/form-data; boundary=x',
    ];
    for (const type of types)
      expectProblem(
        await send(route, body, taken, { headers: { 'content-type': type } }),
        415,
        'unsupported-media-type',
      );
    const [method = '', pattern = ''] = route.split(' ');
    const text = JSON.stringify(body);
    const acting: Record<string, string> = taken.as === undefined ? {} : { 'writ-act-as': all[taken.as] };
    const head = rawHead(method, addressOf(pattern), server.client.operatorToken, {
      ...acting,
      'content-length': text.length,
    });
    expectProblem(await sendRaw(server.client.url, head + text), 415, 'unsupported-media-type');
  });

  it('larger than 256 KiB', async () => {
    const text = JSON.stringify(body);
    expectProblem(await send(route, text + ' '.repeat(LIMIT + 1 - text.length), taken), 413, 'payload-too-large');
    expectProblem(await send(route, { ...body, extra: 'x'.repeat(2 * LIMIT) }, taken), 413, 'payload-too-large');
  });

  it('cut off, or not in UTF-8', async () => {
    const [method = '', pattern = ''] = route.split(' ');
    const text = JSON.stringify(body);
    const head = (more: Record<string, string | number>) =>
      rawHead(method, addressOf(pattern), server.client.operatorToken, {
        ...(taken.as === undefined ? {} : { 'writ-act-as': all[taken.as] }),
        'content-type': 'application/json',
        ...more,
      });
    const { url } = server.client;
    const latin = Buffer.from(`{"extra":"\xe9",${text.slice(1)}`, 'latin1');
    expectFaults(await sendRaw(url, Buffer.concat([Buffer.from(head({ 'content-length': latin.length })), latin])), [
      '',
    ]);
    const chunked = head({ 'transfer-encoding': 'chunked' });
    const half = `${text.length.toString(16)}\r\n${text.slice(0, 5)}`;
    for (const request of [chunked + half, `${head({ 'content-length': text.length + 10 })}${text}`]) {
      const answer = await sendRaw(url, request, { half: true });
      if (answer.status !== 0) expectFaults(answer, ['']);
    }
    expectFaults(await sendRaw(url, `${chunked}zz\r\n${text}\r\n0\r\n\r\n`), ['']);
    expectFaults(await sendRaw(url, `${head({ 'transfer-encoding': 'chunked', 'content-length': 5 })}0\r\n\r\n`), ['']);
  });
});

describe('inside of a field', () => {
  unchanged();
  const asking = { credential: 'x', action: 'file:read', resource: { type: 'file' } };
  it.each<[string, string, object, string]>([
    ['a scope of none', 'POST /v1/service-tokens', { name: 'x', scopes: ['audit', 'root'] }, '/scopes/1'],
    ['no scope at all', 'POST /v1/service-tokens', { name: 'x', scopes: [] }, '/scopes'],
    ['a scope for a list', 'POST /v1/service-tokens', { name: 'x', scopes: 'audit' }, '/scopes'],
    ['an object for a list', 'POST /v1/service-tokens', { name: 'x', scopes: { 0: 'audit', length: 1 } }, '/scopes'],
    ['a prototype’s name for a scope', 'POST /v1/service-tokens', { name: 'x', scopes: ['toString'] }, '/scopes/0'],
    [
      'an id of another kind',
      'POST /v1/service-tokens',
      { name: 'x', scopes: ['audit'], organizationIds: ['user_1'] },
      '/organizationIds/0',
    ],
    [
      'a switch that is no flag',
      'PATCH /v1/organizations/:organizationId',
      { privacy: { trainingOptIn: 'yes' } },
      '/privacy/trainingOptIn',
    ],
    [
      'a switch of none',
      'PATCH /v1/organizations/:organizationId',
      { name: 'x', privacy: { sellPrompts: true } },
      '/privacy/sellPrompts',
    ],
    ['no type', 'POST /v1/authorize', { ...asking, resource: {} }, '/resource/type'],
    ['an unknown field', 'POST /v1/authorize', { ...asking, resource: { type: 'file', owner: 1 } }, '/resource/owner'],
    ['an id that is a number', 'POST /v1/authorize', { ...asking, resource: { type: 'file', id: 7 } }, '/resource/id'],
    ['a list for an object', 'POST /v1/authorize', { ...asking, resource: [] }, '/resource'],
    ['a list for a context', 'POST /v1/authorize', { ...asking, context: [] }, '/context'],
    [
      'a subject of no kind',
      'POST /v1/authorize',
      { ...asking, credential: undefined, subject: { type: 'robot', id: 'x' } },
      '/subject/type',
    ],
    [
      'a subject without an id',
      'POST /v1/authorize',
      { ...asking, credential: undefined, subject: { type: 'user' } },
      '/subject/id',
    ],
  ])('%s, by %s', async (_, route, body, pointer) => {
    expectFaults(await send(route, body, bodies[route]), [pointer]);
  });

  it('a name twice, deep down', async () => {
    const text = '{"credential":"x","action":"a","resource":{"type":"x"},"context":{"list":[1,{"a":1,"\\u0061":2}]}}';
    expectFaults(await send('POST /v1/authorize', text), ['/context/list/1/a']);
  });

  it('a prototype, where any field may be', async () => {
    const text =
      '{"credential":"x","action":"a","resource":{"type":"x"},"context":{"deep":{"__proto__":{"admin":true}}}}';
    expectFaults(await send('POST /v1/authorize', text), ['/context/deep/__proto__']);
  });

  it('fifteen thousand faults are told by the first of them', async () => {
    const fields = Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`f${String(n)}`, n]));
    const answer = await send('POST /v1/accounts', fields);
    expectProblem(answer, 400, 'invalid-request');
    const { errors } = answer.body as { errors: unknown[] };
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(20);
    expect(JSON.stringify(answer.body).length).toBeLessThan(5_000);
  });

  it('nothing of a body comes back', async () => {
    const answer = await send('POST /v1/accounts', {
      email: 'hunter2',
      provider: 'Hunter2',
      subject: 5,
      name: ['hunter2'],
    });
    expectFaults(answer, ['/email', '/provider', '/subject', '/name']);
    expect(JSON.stringify(answer.body)).not.toMatch(/hunter2/iu);
    const unknown = await send('POST /v1/accounts', { email: 'a@example.com', provider: 'hunter2', subject: 'a' });
    expectFaults(unknown, ['/provider']);
    expect(JSON.stringify(unknown.body)).not.toContain('hunter2');
  });
});

describe('a body at the limits', () => {
  it('of 256 KiB is read, and one byte more is not', async () => {
    const text = JSON.stringify({ email: 'limit@example.com', provider: 'google', subject: 'limit' });
    expect((await send('POST /v1/accounts', text.padStart(LIMIT + 1))).status).toBe(413);
    expect((await send('POST /v1/accounts', text.padStart(LIMIT))).status).toBe(201);
  });

  it('in chunks, too', async () => {
    const text = JSON.stringify({ email: 'chunks@example.com', provider: 'google', subject: 'chunks' });
    const head = rawHead('POST', '/v1/accounts', server.client.operatorToken, {
      'content-type': 'application/json; charset=UTF-8',
      'transfer-encoding': 'chunked',
    });
    const chunked = (body: string) => `${head}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expectProblem(await sendRaw(server.client.url, chunked(text.padStart(LIMIT + 1))), 413, 'payload-too-large');
    expect((await sendRaw(server.client.url, chunked(text.padStart(LIMIT)))).status).toBe(201);
  });

  it('nested 32 levels deep is read', async () => {
    const context = `${'{"a":'.repeat(31)}1${'}'.repeat(31)}`;
    const text = (inner: string) => `{"credential":"x","action":"a","resource":{"type":"x"},"context":${inner}}`;
    expect((await send('POST /v1/authorize', text(context))).status).toBe(200);
    expectFaults(await send('POST /v1/authorize', text(`[${context}]`)), ['']);
  });

  it('of 100 characters, each of them two units long, is a name', async () => {
    const as = await person(server.client, 'astral');
    const { status, body } = await server.client.post<{ name: string }>(
      '/v1/organizations',
      { name: ` ${'😀'.repeat(100)} ` },
      { as },
    );
    expect([status, body.name]).toEqual([201, '😀'.repeat(100)]);
  });
});

/** What a route cannot do without in its query. */
const wanted: ReadonlyArray<readonly [path: string, query: string]> = [
  ['/api-key-report', '?about=maker-gone'],
  ['/audit/exposure', '?apiKeyId=key_none'],
  ['/audit/access', '?projectId=proj_none'],
  ['/audit/access-history', '?projectId=proj_none&accountId=user_none'],
  ['/audit/access-review', '?projectId=proj_none&from=2026-01-01T00:00:00Z'],
];
const wantedBy = (path: string): string => wanted.find(([end]) => path.endsWith(end))?.[1] ?? '';

describe('an address', () => {
  unchanged();
  it.each(['/v1/accounts/%', '/v1/accounts/%zz', '/v1/accounts/%ff', '/v1/accounts/%c3%28', '/%', '/v1/%e0%80%80'])(
    '%s is no address',
    async (path) => {
      expectFaults(await sendRaw(server.client.url, rawHead('GET', path, server.client.operatorToken)), ['']);
    },
  );

  it.each([
    '/v1/accounts/%00',
    '/v1/accounts/user_%00',
    '/v1/accounts/..',
    '/v1/accounts/%2e%2e%2fme',
    '/v1/accounts/user_1%20',
    '/v1/accounts/user_1/',
    '/v1/accounts/',
    '/v1//accounts',
    '/V1/accounts',
    '/v1/accounts/__proto__',
    '/v1/accounts/constructor',
    `/v1/accounts/user_${'x'.repeat(65)}`,
    `/v1/accounts/user_${'x'.repeat(2000)}`,
    `/v1/accounts/${'x'.repeat(9000)}`,
    '/v1/service-tokens/user_1',
    '/',
    '//',
    '/v1/accounts/*',
    '/*',
  ])('%s is of nothing', async (path) => {
    const request = Buffer.from(rawHead('GET', path, server.client.operatorToken), 'utf8');
    const answer = await sendRaw(server.client.url, request);
    expectProblem(answer, 404, 'not-found');
  });

  it.each(['\0', 'a\0b', 'a b', 'é'])('with the raw byte in %j is no request', async (odd) => {
    expectFaults(await sendRaw(server.client.url, rawHead('GET', `/v1/accounts/${odd}`, server.client.operatorToken)), [
      '',
    ]);
  });

  it('has no id of another kind, for any route', async () => {
    for (const { name, method, path } of await everyRoute(server.client)) {
      for (const parameter of path.match(/(?<=:)[A-Za-z]+/gu) ?? []) {
        // No ids of ours: services give them as they like.
        if (['kind', 'resourceId', 'name'].includes(parameter)) continue;
        const known = here[parameter] ?? 'svc_1';
        for (const id of ['x', 'org', 'toString', `${known}${'x'.repeat(65)}`, `${known}%00`, known.toUpperCase()]) {
          const address = `${addressOf(path, { ...here, [parameter]: id })}${wantedBy(path)}`;
          const ask = { body: bodies[name]?.body };
          const asked = [undefined, all.owner].map((as) => server.client.ask(method, address, { ...ask, as }));
          const statuses = (await Promise.all(asked)).map(({ status }) => status);
          // Whoever is let in to the route at all is told that there is no such thing.
          expect([name, id, statuses.filter((status) => status !== 403)]).toEqual([
            name,
            id,
            expect.arrayContaining([404]),
          ]);
          expect(statuses.filter((status) => status !== 403 && status !== 404)).toEqual([]);
        }
      }
    }
  });
});

describe('a query', () => {
  unchanged();
  const lists = [
    '/v1/accounts',
    '/v1/organizations',
    '/v1/service-tokens',
    '/v1/imports/peppers',
    '/v1/audit/events',
    '/v1/organizations/:organizationId/members',
    '/v1/organizations/:organizationId/invitations',
    '/v1/organizations/:organizationId/projects',
    '/v1/projects/:projectId/collaborators',
    '/v1/projects/:projectId/api-keys',
    '/v1/projects/:projectId/resources',
    '/v1/projects/:projectId/resources/:kind',
  ];
  it.each(lists)('of %s', async (list) => {
    const path = addressOf(list);
    const refuses = async (query: string, pointer: string) => {
      const answer = await server.client.ask<unknown>('GET', `${path}?${query}`);
      try {
        expectFaults(answer, [pointer]);
      } catch (error) {
        throw new Error(query, { cause: error });
      }
    };
    for (const limit of [
      '0',
      '-1',
      '1001',
      '1.5',
      '1e2',
      '0x10',
      ' 5',
      '',
      'x',
      '99999999999999999999',
      '%00',
      '5&limit=5',
    ])
      await refuses(`limit=${limit}`, '/limit');
    for (const name of ['page', 'Limit', 'constructor', '__proto__', 'limit[]', 'toString'])
      await refuses(`${name}=1`, `/${name}`);
    expectProblem(await server.client.get(`${path}?cursor=`), 400, 'bad-cursor');
    expectProblem(await server.client.get(`${path}?cursor=${'A'.repeat(9000)}`), 400, 'bad-cursor');
    await refuses('cursor=a&cursor=b', '/cursor');
    expect((await server.client.get(`${path}?`)).status).toBe(200);
    expect((await server.client.get(`${path}?limit=1000`)).status).toBe(200);
  });

  it('of a route that takes none', async () => {
    // a proxy's question has its caller's query, which is nobody's here
    const taking = new Set([...lists.map((path) => `GET ${path}`), 'GET /v1/forward-auth']);
    const others = (await everyRoute(server.client)).filter(({ name }) => !taking.has(name));
    for (const { name, method, path } of others) {
      const asked = [undefined, all.owner].map((as) =>
        server.client.ask(method, `${addressOf(path)}${(method === 'GET' && wantedBy(path)) || '?'}&dryRun=1`, { as }),
      );
      const answers = (await Promise.all(asked)).filter(({ status }) => status !== 403);
      expect([name, answers.length > 0]).toEqual([name, true]);
      for (const answer of answers) expectFaults(answer, ['/dryRun']);
    }
    expectFaults(await server.client.ask<unknown>('GET', '/v1/me?a=1&a=2', { as: all.owner }), ['/a']);
    expect((await server.client.get('/v1/me?', { as: all.owner })).status).toBe(200);
  });

  it('of the audit', async () => {
    for (const [name, value] of [
      ['order', 'up'],
      ['order', 'constructor'],
      ['from', 'yesterday'],
      ['to', '2026-13-01T00:00:00Z'],
      ['from', '2026-01-01T00:00:00 01:00'],
    ])
      expectFaults(await server.client.ask('GET', `/v1/audit/events?${String(name)}=${String(value)}`), [
        `/${String(name)}`,
      ]);
  });
});

describe('headers', () => {
  unchanged();
  it('in a flood are refused', async () => {
    const flood = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`x-flood-${String(n)}`, 'x'.repeat(20)]));
    expectProblem(
      await sendRaw(server.client.url, rawHead('GET', '/v1/accounts', server.client.operatorToken, flood)),
      431,
      'headers-too-large',
    );
    expectProblem(
      await server.client.get('/v1/accounts', { headers: { cookie: 'x'.repeat(20_000) } }),
      431,
      'headers-too-large',
    );
  });

  it('of a hundred are none too many', async () => {
    const headers = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`x-${String(n)}`, 'x']));
    expect((await server.client.get('/v1/accounts', { headers })).status).toBe(200);
  });

  it.each(['', ' ', 'a b', 'x'.repeat(129), 'x'.repeat(8_000), 'é', '<script>', '../etc', 'a,b', '"', 'a;b'])(
    'X-Request-ID: %j is replaced',
    async (id) => {
      const answer = await server.client.get('/v1/accounts/user_none', { headers: { 'x-request-id': id } });
      expectProblem(answer, 404, 'not-found');
      expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f-]{36}$/u);
    },
  );

  it.each([
    '',
    'user_',
    'user_1,user_2',
    'ann@example.com',
    '__proto__',
    `user_${'x'.repeat(5_000)}`,
    'org_1',
    'operator',
    '%00',
  ])('Writ-Act-As: %j acts for nobody', async (as) => {
    expectProblem(await server.client.get('/v1/me', { as }), 403, 'cannot-act-as');
    expectProblem(await server.client.post('/v1/organizations', { name: 'X' }, { as }), 403, 'cannot-act-as');
  });

  it('Writ-Act-As, twice, acts for neither', async () => {
    const head = rawHead('GET', '/v1/me', server.client.operatorToken).trimEnd();
    const twice = `${head}\r\nwrit-act-as: ${all.owner}\r\nwrit-act-as: ${all.member}\r\n\r\n`;
    expectProblem(await sendRaw(server.client.url, twice), 403, 'cannot-act-as');
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic eDp5',
    'Bearer a b',
    'Bearer é',
    `Bearer ${'x'.repeat(8_000)}`,
    'Bearer "x"',
    'bearer',
    'Token x',
  ])('Authorization: %j is no credential', async (authorization) => {
    const answer = await server.client.get('/v1/accounts', { token: null, headers: { authorization } });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/u);
  });
});

const collect = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
};

describe('whatever is sent', () => {
  const names = [
    'email',
    'provider',
    'subject',
    'name',
    'role',
    'method',
    'expiresAt',
    'scopes',
    'credential',
    'action',
    'resource',
    'context',
    'channel',
    'accountId',
    'slug',
    'token',
    'privacy',
    '__proto__',
    'constructor',
  ];
  const anyBody = fc.oneof(
    fc.json({ maxDepth: 5 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'binary' })), fc.jsonValue({ maxDepth: 3 }), {
        maxKeys: 6,
      })
      .map((body) => JSON.stringify(body)),
  );
  const header = fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  });
  const anyHeaders = fc.dictionary(
    fc.constantFrom(
      'x-request-id',
      'writ-act-as',
      'writ-min-position',
      'idempotency-key',
      'if-match',
      'if-none-match',
      'content-type',
      'authorization',
      'accept',
      'accept-encoding',
      'range',
      'x-forwarded-for',
      'cookie',
    ),
    header,
    { maxKeys: 4 },
  );

  it('no answer is a 5xx, and every refusal is a problem', async () => {
    const routes = await everyRoute(server.client);
    let answered = 0;
    const fuzz = (numRuns: number) =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...routes),
          anyBody,
          anyHeaders,
          fc.oneof(
            { weight: 3, arbitrary: fc.constant(here) },
            fc.dictionary(fc.constantFrom(...Object.keys(here)), fc.webSegment()),
          ),
          fc.constantFrom('owner', 'member', undefined),
          fc.oneof(
            { weight: 3, arbitrary: fc.constant('') },
            fc.webQueryParameters().map((query) => `?${query}`),
          ),
          async ({ method, path }, body, headers, ids, as, query) => {
            const sent = method === 'GET' ? {} : { body };
            const address = `${addressOf(path, ids)}${query}`;
            const answer = await server.client.ask<{ code?: string }>(method, address, {
              ...sent,
              as: as && all[as],
              headers,
            });
            answered += 1;
            expect(answer.status).toBeLessThan(500);
            if (answer.status >= 400 && path !== '/v1/whoami')
              expectProblem(answer, answer.status, String(answer.body.code));
          },
        ),
        { numRuns },
      );
    await fuzz(200);
    const before = collect();
    await fuzz(400);
    const large = 'x'.repeat(LIMIT - 100);
    for (let n = 0; n < 60; n += 1) expect((await send('POST /v1/accounts', { email: large })).status).toBe(400);
    expect(collect() - before).toBeLessThan(32 * 1024 * 1024);
    expect(answered).toBe(600);
    expect((await server.client.get('/readyz')).status).toBe(200);
    await server.client.made('/v1/accounts', { email: 'after@example.com', provider: 'google', subject: 'after' });
  }, 120_000);
});
