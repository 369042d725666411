import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cast, type Cast, type MadeKey, makeKey, project, serviceToken } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import { eventually } from '../support/eventually.js';
import { expectFaults, expectProblem } from '../support/problem.js';
import { senderTo } from '../support/sender.js';
import { stagesOfEachTest } from '../support/stage.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const help = 'https://keys.example.com/settings';

let server: TestServer;
let client: Client;
let undocumented: ReadonlyArray<string>;
let [all, foreign]: ReadonlyArray<Cast> = [];
let [alpha, beta, proxy] = ['', '', ''];
let [key, other]: ReadonlyArray<MadeKey> = [];

type Headers = Readonly<Record<string, string>>;

interface Asked {
  readonly token?: string | null;
  readonly action?: string;
  readonly resource?: string;
  /** The proxy's own. */
  readonly by?: string;
  readonly headers?: Headers;
  readonly query?: string;
}

/** As a proxy asks for its caller. */
const passes = (asked: Asked = {}, to = client): Promise<Answer<unknown>> => {
  const { token = key?.secret ?? '', action = 'file:read', resource = 'file', by = proxy, headers, query = '' } = asked;
  return to.get<unknown>(`/v1/forward-auth${query}`, {
    token,
    headers: { 'x-writ-token': by, 'x-writ-action': action, 'x-writ-resource': resource, ...headers },
  });
};

const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const names = ['x-writ-api-key-id', 'x-writ-project-id', 'x-writ-organization-id'] as const;
const told = ({ headers }: Answer<unknown>) => names.map((name) => headers.get(name));

const refusal = (code: string, message: string) => ({
  error: { message, type: 'invalid_request_error', param: null, code },
});
const badKey = refusal('invalid_api_key', `Invalid API key provided. You can find your API key at ${help}.`);
const denied = refusal('permission_denied', 'You are not allowed to do this.');

/** What a proxy may hand on, and nothing that tells one from another. */
const expectRefused = (answers: ReadonlyArray<Answer<unknown>>, status: 401 | 403): void => {
  const body = JSON.stringify(status === 401 ? badKey : denied);
  const challenge = status === 401 ? 'Bearer' : null;
  expect(
    answers.map((answer) => [
      answer.status,
      JSON.stringify(answer.body),
      answer.headers.get('content-type'),
      answer.headers.get('www-authenticate'),
      answer.headers.get('cache-control'),
      ...told(answer),
    ]),
  ).toEqual(
    answers.map(() => [status, body, 'application/json; charset=utf-8', challenge, 'no-store', null, null, null]),
  );
};

const register = async (projectId: string, id: string): Promise<void> => {
  const path = `/v1/projects/${projectId}/resources/file/${encodeURIComponent(id)}`;
  const { status } = await client.ask('PUT', path, { as: all?.owner });
  expect(status).toBe(200);
};

beforeAll(async () => {
  server = await startTestServer({ env: { WRIT_KEY_HELP_URL: help } });
  client = server.client;
  undocumented = await documentedAnswers(client);
  [all, foreign] = [await cast(client), await cast(client)];
  [alpha, beta] = [await project(client, all, 'Alpha'), await project(client, all, 'Beta')];
  key = await makeKey(client, alpha, all.owner);
  other = await makeKey(client, foreign.defaultProject, foreign.owner);
  proxy = await serviceToken(client, ['decisions']);
});
afterAll(() => server.remove());

const owner = () => ({ as: all?.owner });

describe('a request that may pass', () => {
  it('is told as the key’s, its project’s and its organization’s', async () => {
    const answer = await passes();
    expect(answer.status).toBe(200);
    expect(told(answer)).toEqual([key?.id, alpha, all?.organization]);
    expect(answer.body).toEqual({ apiKeyId: key?.id, projectId: alpha, organizationId: all?.organization });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('writ-position')).toMatch(/\S/u);
  });

  it('of the legacy key is the default project’s (KEY-26)', async () => {
    const legacy = `/v1/organizations/${all?.organization ?? ''}/legacy-key`;
    const { id } = await client.made<{ readonly id: string }>(legacy);
    const { secret } = await client.made<{ readonly secret: string }>(`${legacy}/reveal`, undefined, owner());
    expect(told(await passes({ token: secret }))).toEqual([id, all?.defaultProject, all?.organization]);
    await client.made(`${legacy}/regenerate`, undefined, owner());
    expectRefused([await passes({ token: secret })], 401);
  });

  it('says nothing that its caller has sent', async () => {
    const headers = Object.fromEntries(names.map((name) => [name, 'key_forged']));
    expect(told(await passes({ headers }))).toEqual([key?.id, alpha, all?.organization]);
    expectRefused([await passes({ headers, token: 'bad' })], 401);
    expectRefused([await passes({ headers, resource: 'file/nowhere' })], 403);
  });

  it('passes whatever else of its caller’s the proxy hands on', async () => {
    const answers = [
      await passes({ query: '?limit=3&limit=4&__proto__=x&%ff=%' }),
      await passes({ headers: { 'writ-act-as': 'user_nobody', 'idempotency-key': '', 'if-none-match': '*' } }),
      await passes({ headers: { 'content-type': 'multipart/form-data', 'x-forwarded-for': 'x, y', 'if-match': '?' } }),
      await passes({ headers: { 'x-writ-client-ip': 'nowhere', accept: 'text/html', cookie: 'a=b' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  it('passes with a body that nobody reads', async () => {
    const sender = senderTo(client.url);
    const headers: ReadonlyArray<readonly [string, string]> = [
      ['authorization', `Bearer ${key?.secret ?? ''}`],
      ['x-writ-token', proxy],
      ['x-writ-action', 'file:read'],
      ['x-writ-resource', 'file'],
      ['content-type', 'application/json'],
    ];
    const sent = { method: 'GET', path: '/v1/forward-auth', headers };
    expect((await sender.send({ ...sent, body: Buffer.from('{"a:') })).status).toBe(200);
    expect((await sender.send(sent)).status).toBe(200);
    sender.close();
  });

  it('is one that its key was used for, from where the proxy says and nobody else (KEY-38)', async () => {
    const { id, secret } = await makeKey(client, alpha, all?.owner ?? '');
    const seen = async (headers: Headers) => {
      expect((await passes({ token: secret, headers })).status).toBe(200);
      return (await client.get<{ readonly ip: string | null }>(`/v1/api-keys/${id}/last-use`, owner())).body.ip;
    };
    expect(await seen({ 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' })).toBe(null);
    expect(await seen({ 'x-writ-client-ip': '192.0.2.7' })).toBe('192.0.2.7');
  });

  it('is asked for by the operator, too, and by a token of that organization', async () => {
    const confined = await serviceToken(client, ['decisions'], [all?.organization ?? '']);
    for (const by of [client.operatorToken, confined]) expect((await passes({ by })).status).toBe(200);
  });
});

describe('a key that is no good', () => {
  it('is refused in one and the same way, whatever is wrong with it (ERR-02…04, AMB-20)', async () => {
    const good = key?.secret ?? '';
    const soon = new Date(Date.now() + 300).toISOString();
    const [revoked, brief, rotated] = [
      await makeKey(client, alpha, all?.owner ?? ''),
      await makeKey(client, alpha, all?.owner ?? '', { expiresAt: soon }),
      await makeKey(client, alpha, all?.owner ?? ''),
    ];
    await client.ask('DELETE', `/v1/api-keys/${revoked.id}`, owner());
    await client.made(`/v1/api-keys/${rotated.id}/rotate`, {}, owner());
    await eventually(() => Date.now() > Date.parse(soon));
    const confined = await serviceToken(client, ['decisions'], [all?.organization ?? '']);
    const answers = [
      await passes({ token: null }),
      await passes({ token: '' }),
      await passes({ token: null, headers: { authorization: `Basic ${btoa(`user:${good}`)}` } }),
      await passes({ token: good.slice(0, -1) }),
      await passes({ token: `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}` }),
      await passes({ token: 'sk_live_of_another_system' }),
      await passes({ token: `${good} ${good}` }),
      await passes({ token: revoked.secret }),
      await passes({ token: brief.secret }),
      await passes({ token: rotated.secret }),
      await passes({ token: client.operatorToken }),
      await passes({ token: proxy }),
      await passes({ token: other?.secret ?? '', by: confined }),
      // whatever the question is
      await passes({ token: revoked.secret, action: 'no:such' }),
      await passes({ token: revoked.secret, resource: 'file/nowhere' }),
    ];
    expectRefused(answers, 401);
    const whoami = await client.get<unknown>('/v1/whoami', { token: revoked.secret });
    expect(whoami.body).toEqual(badKey);
  });

  it('is refused from the very next request on once it is revoked (KEY-24, PRO-03)', async () => {
    for (let n = 0; n < 20; n += 1) {
      const { id, secret } = await makeKey(client, alpha, all?.owner ?? '');
      expect((await passes({ token: secret })).status).toBe(200);
      await client.ask('DELETE', `/v1/api-keys/${id}`, owner());
      expect((await passes({ token: secret })).status).toBe(401);
    }
  });

  it('is one of two that were sent', async () => {
    const sender = senderTo(client.url);
    const secrets = [key?.secret ?? '', other?.secret ?? ''];
    const answer = await sender.send({
      method: 'GET',
      path: '/v1/forward-auth',
      headers: [
        ...secrets.map((secret) => ['authorization', `Bearer ${secret}`] as const),
        ['x-writ-token', proxy],
        ['x-writ-action', 'file:read'],
        ['x-writ-resource', 'file'],
      ],
    });
    sender.close();
    expectRefused([answer], 401);
  });
});

describe('a good key that may not do this', () => {
  it('is denied in one and the same way, whatever stands against it (AMB-14, AMB-21, AMB-40)', async () => {
    await register(beta, 'of-beta');
    const [gone, lent] = [await project(client, all ?? (await cast(client)), 'Gone'), await cast(client)];
    const late = await makeKey(client, gone, all?.owner ?? '');
    await client.made(`/v1/projects/${gone}/archive`, undefined, owner());
    const poor = await makeKey(client, lent.defaultProject, lent.owner);
    await client.made(`/v1/organizations/${lent.organization}/suspend`);
    expectRefused(
      [
        await passes({ action: 'api-key:list', resource: 'api-key' }),
        await passes({ action: 'member:read', resource: `organization/${all?.organization ?? ''}` }),
        await passes({ resource: 'file/of-beta' }),
        await passes({ resource: 'file/nowhere' }),
        await passes({ resource: 'file/' }),
        await passes({ resource: 'no-such-kind' }),
        await passes({ action: 'no:such' }),
        await passes({ action: 'file:read', resource: 'model' }),
        await passes({ token: late.secret }),
        await passes({ token: poor.secret, action: 'file:create' }),
      ],
      403,
    );
    expect((await passes({ token: poor.secret })).status).toBe(200);
  });

  it.each(['plain', 'a/b', 'a%2Fb', 'über', 'über'.normalize('NFD'), 'ключ'])(
    'is asked about to the byte: %j',
    async (id) => {
      expect((await passes({ resource: `file/${bytesOf(id)}` })).status).toBe(403);
      await register(alpha, id);
      expect((await passes({ resource: `file/${bytesOf(id)}` })).status).toBe(200);
    },
  );
});

describe('what the proxy itself got wrong', () => {
  it('is never told as 401 or 403: its own token', async () => {
    const { id, token } = await client.made<{ readonly id: string; readonly token: string }>('/v1/service-tokens', {
      name: 'gone',
      scopes: ['decisions'],
    });
    await client.ask('DELETE', `/v1/service-tokens/${id}`);
    const scopes = ['audit', 'identity', 'resources', 'act-as', 'replica', 'watch'];
    const bad = ['', 'bad', token, await serviceToken(client, scopes), `Bearer ${proxy}`, key?.secret ?? ''];
    for (const by of [...bad, `${proxy}, ${proxy}`]) {
      for (const secret of [key?.secret ?? '', 'bad', null]) {
        const answer = await passes({ by, token: secret });
        expectProblem(answer, 400, 'bad-proxy-token');
        expect(answer.headers.has('www-authenticate')).toBe(false);
        expect(told(answer)).toEqual([null, null, null]);
      }
    }
    expectProblem(await client.get('/v1/forward-auth', { token: proxy }), 400, 'bad-proxy-token');
  });

  it('is never told as 401 or 403: the question', async () => {
    const actions = ['', 'file', 'file:', ':read', 'File:read', 'file:read ; x', 'file:read, file:read', 'file:read:x'];
    for (const action of actions) expectFaults(await passes({ action }), ['']);
    for (const resource of ['', '/', '/id', 'File', 'file:x', 'file, file', 'file/\xff', '\xff'])
      expectFaults(await passes({ resource }), ['']);
    for (const missing of ['x-writ-action', 'x-writ-resource']) {
      const headers = { 'x-writ-token': proxy, 'x-writ-action': 'file:read', 'x-writ-resource': 'file' };
      const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== missing));
      for (const token of [key?.secret ?? '', 'bad'])
        expectFaults(await client.get('/v1/forward-auth', { token, headers: rest }), ['']);
    }
  });

  it('is a header added beside its caller’s, where it had to be set', async () => {
    const sender = senderTo(client.url);
    const set: ReadonlyArray<readonly [string, string]> = [
      ['x-writ-token', proxy],
      ['x-writ-action', 'api-key:list'],
      ['x-writ-resource', 'file/of-beta'],
    ];
    const callers = { 'x-writ-token': proxy, 'x-writ-action': 'file:read', 'x-writ-resource': 'file' };
    for (const [name, value] of Object.entries(callers)) {
      for (const first of [true, false]) {
        const added = [name, value] as const;
        const headers = [['authorization', `Bearer ${key?.secret ?? ''}`] as const, ...set];
        const sent = first ? [added, ...headers] : [...headers, added];
        const answer = await sender.send({ method: 'GET', path: '/v1/forward-auth', headers: sent });
        expect(answer.status).toBe(400);
      }
    }
    sender.close();
  });
});

describe('a node whose state is past its bound', () => {
  const staged = stagesOfEachTest();

  it('takes no key for good or bad: 503, to be tried again', async () => {
    const { client: node, alpha: there, team, meddling } = await staged(300);
    const by = await serviceToken(node, ['decisions']);
    const { secret } = await makeKey(node, there, team.owner);
    expect((await passes({ token: secret, by }, node)).status).toBe(200);
    meddling.batch = () => new Promise(() => undefined);
    await eventually(async () => (await node.get('/readyz')).status === 503);
    for (const token of [secret, `${secret.slice(0, -1)}x`, 'unknown', null])
      for (const each of [by, node.operatorToken, `wsvc_${'0'.repeat(64)}`]) {
        const answer = await passes({ token, by: each }, node);
        expectProblem(answer, 503, 'state-too-old');
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/u);
      }
  });
});

it('every answer was as it is documented', () => {
  expect(undocumented).toEqual([]);
});
