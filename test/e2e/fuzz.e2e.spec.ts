import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonSchema } from '../../apps/server/src/openapi/described.js';
import type { OpenApi, Parameter } from '../../apps/server/src/openapi/openapi.js';
import { anyOfSchema } from '../support/any-of-schema.js';
import { compilerOf, documentOf } from '../support/api-document.js';
import { emailOf, person, serviceToken } from '../support/cast.js';
import type { Answer, Client } from '../support/client.js';
import { documentedAnswers } from '../support/documented.js';
import {
  brokenAt,
  brokenBytes,
  headerNames,
  oddHeaderValues,
  oddQueries,
  oddQueryValues,
  oddSegments,
  placesIn,
} from '../support/hostile.js';
import { AUDIENCE } from '../support/issuer.js';
import { fromNow, type HandMadeIssuer, startHandMadeIssuer } from '../support/issuer-by-hand.js';
import { expectProblem } from '../support/problem.js';
import { rawHead, sendRaw } from '../support/raw.js';
import { supportRows, tenant } from '../support/route-rows.js';
import { type Sender, senderTo, type Sent } from '../support/sender.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const rounds = Number(process.env['WRIT_ROUNDS'] ?? 1);
const PATIENCE = 120_000 * rounds;
const SEED = 20_260_801;

/** An operation of the document, with what it takes. */
interface Taker {
  readonly name: string;
  readonly method: string;
  readonly template: string;
  readonly for: string;
  readonly path: ReadonlyArray<string>;
  readonly query: ReadonlyArray<string>;
  readonly headers: ReadonlyArray<string>;
  readonly body?: Body;
}

interface Body {
  readonly takes: ValidateFunction;
  /** No body is a body of nothing. */
  readonly mayBeAbsent: boolean;
  readonly any: fc.Arbitrary<unknown>;
  /** What the schema takes, the fullest first. */
  readonly fitting: ReadonlyArray<object>;
}

type Headers = ReadonlyArray<readonly [name: string, value: string]>;
type Ids = Readonly<Record<string, string>>;

/** Who can call, by what they send; and things of theirs. */
interface Scene {
  readonly callers: Readonly<Record<CallerName, Headers>>;
  readonly ids: Ids;
}

const callerNames = [
  'operator',
  'operator for the owner',
  'operator for a stranger',
  'service token',
  'service token for the owner',
  'token of the owner',
  'key',
  'proxy',
  'nobody',
] as const;
type CallerName = (typeof callerNames)[number];

let issuer: HandMadeIssuer;
let server: TestServer;
let client: Client;
let sender: Sender;
let undocumented: ReadonlyArray<string>;
let takers: ReadonlyArray<Taker>;
let scene: Scene;
/** A good body of each operation that takes one. */
const goods = new Map<string, object>();

const bearer = (token: string): readonly [string, string] => ['authorization', `Bearer ${token}`];

const tokenOf = async (account: string): Promise<string> => {
  const email = await emailOf(client, account);
  return issuer.sign({ sub: email.split('@')[0], email, email_verified: true, exp: fromNow(86_400) });
};

const setScene = async (): Promise<Scene> => {
  const scopes = ['decisions', 'audit', 'identity', 'resources', 'replica', 'watch'];
  const here = await tenant(client);
  const operator = bearer(client.operatorToken);
  const [service, acting] = [await serviceToken(client, scopes), await serviceToken(client, ['act-as'])];
  const made = await client.made<{ readonly id: string }>('/v1/service-tokens', { name: 'pawn', scopes: ['audit'] });
  const as = (account: string) => ['writ-act-as', account] as const;
  const stranger = await person(client, 'stranger');
  await client.ask('PUT', `/v1/projects/${here.project}/resources/file/weights`);
  await client.post(`/v1/organizations/${here.organization}/legacy-key`);
  await client.ask('PUT', '/v1/imports/peppers/old', { body: { secret: 'a pepper of some length' } });
  return {
    ids: {
      organizationId: here.organization,
      projectId: here.project,
      accountId: here.member,
      keyId: here.key.id,
      invitationId: here.invitation.id,
      serviceTokenId: made.id,
      kind: 'file',
      resourceId: 'weights',
      name: 'old',
    },
    callers: {
      operator: [operator],
      'operator for the owner': [operator, as(here.owner)],
      'operator for a stranger': [operator, as(stranger)],
      'service token': [bearer(service)],
      'service token for the owner': [bearer(acting), as(here.owner)],
      'token of the owner': [bearer(await tokenOf(here.owner))],
      key: [bearer(here.key.secret)],
      proxy: [
        bearer(here.key.secret),
        ['x-writ-token', service],
        ['x-writ-action', 'file:read'],
        ['x-writ-resource', 'file'],
      ],
      nobody: [],
    },
  };
};

/** What is done here can end a tenant, a key or a token: then it goes on with others. */
const whole = async (): Promise<Scene> => {
  const { callers, ids } = scene;
  const asked = [
    ['/v1/whoami', callers.key],
    [`/v1/projects/${ids['projectId'] ?? ''}/api-keys`, callers['token of the owner']],
    ['/v1/me', callers['service token for the owner']],
    [`/v1/projects/${ids['projectId'] ?? ''}/resources/file/weights`, callers['service token']],
  ] as const;
  const answers = await Promise.all(asked.map(([path, headers]) => sender.send({ method: 'GET', path, headers })));
  if (answers.some(({ status }) => status !== 200)) scene = await setScene();
  return scene;
};

const bodyOf = (
  document: OpenApi,
  { schema, required }: { readonly schema: JsonSchema; readonly required: boolean },
  takes: ValidateFunction,
): Body => {
  const samples = fc.sample(anyOfSchema(document, schema, { junk: false }), { seed: SEED, numRuns: 200 });
  const fitting = samples.filter((value): value is object => takes(value));
  const bySize = [...fitting].sort((one, other) => Object.keys(other).length - Object.keys(one).length);
  return { takes, mayBeAbsent: !required, any: anyOfSchema(document, schema), fitting: bySize };
};

const takersOf = (document: OpenApi): ReadonlyArray<Taker> => {
  const compile = compilerOf(document);
  return Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([verb, operation]): Taker => {
      const parameters = operation.parameters.map((each): Parameter | undefined =>
        'in' in each ? each : document.components.parameters[each.$ref.slice('#/components/parameters/'.length)],
      );
      const named = (kind: string) => parameters.flatMap((each) => (each?.in === kind ? [each.name] : []));
      const { content, required = false } = operation.requestBody ?? {};
      const schema = content?.['application/json']?.schema;
      return {
        name: `${verb.toUpperCase()} ${template}`,
        method: verb.toUpperCase(),
        template,
        for: operation['x-writ-for'],
        path: named('path'),
        query: named('query'),
        headers: named('header'),
        ...(schema === undefined ? {} : { body: bodyOf(document, { schema, required }, compile(schema)) }),
      };
    }),
  );
};

beforeAll(async () => {
  issuer = await startHandMadeIssuer();
  const issuers = [{ name: 'google', issuer: issuer.url, audience: AUDIENCE }];
  server = await startTestServer({ env: { WRIT_OIDC_ISSUERS: JSON.stringify(issuers) } });
  client = server.client;
  sender = senderTo(client.url);
  undocumented = await documentedAnswers(client);
  takers = takersOf(await documentOf(client.url));
  scene = await setScene();
  for (const taker of takers) {
    const good = knownGoods[taker.name] ?? (await goodBody(taker, await whole()));
    if (good !== undefined) goods.set(taker.name, good);
  }
});
afterAll(async () => {
  sender.close();
  await server.remove();
  await issuer.close();
});

/** A caller whom the operation lets in. */
const guestOf = ({ for: whom }: Taker): CallerName => {
  if (whom === 'anyone') return 'nobody';
  if (whom === 'key' || whom === 'proxy' || whom === 'operator') return whom;
  return whom.includes('scope:') ? 'service token' : 'token of the owner';
};

const addressOf = ({ template }: Taker, ids: Ids): string =>
  template.replace(/\{(\w+)\}/gu, (_, name: string) => ids[name] ?? 'missing');

const json: Headers = [['content-type', 'application/json']];

const plainRequest = (taker: Taker, here: Scene): Sent => ({
  method: taker.method,
  path: addressOf(taker, here.ids),
  headers: [...here.callers[guestOf(taker)], ...(taker.body === undefined ? [] : json)],
});

const bytesOf = (value: unknown, { ids }: Scene): Buffer =>
  Buffer.from(JSON.stringify(value).replaceAll('user_1', ids['accountId'] ?? ''));

/** The fullest body that is not a bad one, of this server and this moment too: a schema cannot tell all. */
const goodBody = async (taker: Taker, here: Scene): Promise<object | undefined> => {
  for (const value of taker.body?.fitting ?? []) {
    const { status } = await sender.send({ ...plainRequest(taker, here), body: bytesOf(value, here) });
    if (status !== 400 && status !== 422) return value;
  }
  return undefined;
};

/** A request that the operation takes, of somebody whom it lets in. */
const goodRequest = (taker: Taker, here: Scene): Sent => {
  const good = goods.get(taker.name);
  return { ...plainRequest(taker, here), ...(good === undefined ? {} : { body: bytesOf(good, here) }) };
};

/** In place of a header of that name, and of nothing where there is none. */
const withHeader = (sent: Sent, name: string, value: string): Sent => ({
  ...sent,
  headers: [...sent.headers.filter(([known]) => known !== name), [name, value]],
});

/** What no chance would come by: every kind once, or a moment that has been. */
const knownGoods: Readonly<Record<string, object>> = {
  'PUT /v1/support-matrix': { rows: supportRows },
  'POST /v1/audit/evaluation': {
    subject: { type: 'user', id: 'user_1' },
    action: 'file:read',
    resource: { type: 'file', id: 'weights', projectId: 'proj_1' },
    channel: 'api',
    context: { ip: '192.0.2.1' },
    at: '2026-01-01T00:00:00Z',
  },
};

/** Without which there is no good request. */
const knownQueries: Readonly<Record<string, (ids: Ids) => Readonly<Record<string, string | undefined>>>> = {
  'GET /v1/projects/{projectId}/api-key-report': () => ({ about: 'maker-gone' }),
  'GET /v1/organizations/{organizationId}/api-key-report': () => ({ about: 'maker-gone' }),
  'GET /v1/audit/access': ({ projectId }) => ({ projectId }),
  'GET /v1/audit/access-history': ({ projectId, accountId }) => ({ projectId, accountId }),
  'GET /v1/audit/access-review': ({ projectId }) => ({ projectId, from: '2026-01-01T00:00:00Z' }),
  'GET /v1/audit/exposure': ({ keyId: apiKeyId }) => ({ apiKeyId }),
};

const queryOf = (taker: Taker, { ids }: Scene): string => {
  const query = Object.entries(knownQueries[taker.name]?.(ids) ?? {});
  return query.length === 0
    ? ''
    : `?${query.map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
};

let asked = 0;
const statuses = new Set<number>();
/** Some of what was refused, to be sent again. */
const refused: Sent[] = [];

const brief = ({ method, path, headers, body }: Sent): string =>
  `${method} ${path} ${JSON.stringify(headers)} ${body?.toString('latin1') ?? ''}`.slice(0, 1_500);

/** No 5xx; and what a refusal looks like. */
const expectLawful = (answer: Answer<unknown>, method: string, path: string): void => {
  const { status, headers, body } = answer;
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
  if (method === 'HEAD') {
    expect(body).toBeUndefined();
    return;
  }
  const isKeyError =
    (status === 401 && path.startsWith('/v1/whoami')) ||
    ((status === 401 || status === 403) && path.startsWith('/v1/forward-auth'));
  if (status >= 400 && !isKeyError) expectProblem(answer, status, (body as { readonly code: string }).code);
  expect(headers.get('x-request-id')).toMatch(/^[A-Za-z0-9._-]{1,128}$/u);
  const before = undocumented.length;
  client.onAnswer?.(method, path.replace(/^http:\/\/writ/u, ''), answer);
  // An address that is broken, or of no operation, has no answer that a document could tell of.
  const isNowhere = status === 400 || status === 417 || status === 431;
  const faults = undocumented.slice(before).filter((fault) => !(isNowhere && fault.endsWith('no such operation')));
  expect(faults).toEqual([]);
};

const lawfully = async (sent: Sent): Promise<Answer<unknown>> => {
  try {
    const answer = await sender.send(sent);
    expectLawful(answer, sent.method, sent.path);
    asked += 1;
    statuses.add(answer.status);
    if (answer.status >= 400 && (sent.body?.length ?? 0) < 2_000 && asked % 7 === 0) refused.push(sent);
    return answer;
  } catch (error) {
    throw new Error(brief(sent), { cause: error });
  }
};

/** So many of them, others for each turn, and all of them in the end. */
const some = <A>(all: ReadonlyArray<A>, count: number, turn: number): ReadonlyArray<A> => {
  const wanted = Math.min(all.length, count * rounds);
  return Array.from({ length: wanted }, (_, n) => all[(turn * wanted + n) % all.length] as A);
};

describe('every operation answers as it is documented, and with no 5xx', () => {
  it(
    'whatever its body is broken with, at each place of it: and a body that the schema does not take is refused',
    async () => {
      let turn = 0;
      for (const taker of takers) {
        if (taker.body === undefined) continue;
        const { takes, mayBeAbsent } = taker.body;
        const good = goods.get(taker.name);
        expect([taker.name, typeof good]).toEqual([taker.name, 'object']);
        const here = await whole();
        const request = goodRequest(taker, here);
        for (const place of placesIn(good)) {
          for (const text of some(brokenAt(good, place), place.length === 0 ? 40 : 16, (turn += 1))) {
            const { status } = await lawfully({ ...request, body: Buffer.from(text) });
            let isTaken: boolean;
            try {
              isTaken = takes(JSON.parse(text));
            } catch {
              isTaken = text === '' && mayBeAbsent;
            }
            if (!isTaken)
              expect([taker.name, text.slice(0, 200), status]).toEqual([taker.name, expect.anything(), 400]);
          }
        }
        for (const body of brokenBytes(good)) {
          const { status } = await lawfully({ ...request, body });
          expect([taker.name, body.toString('latin1', 0, 50), [400, 413]]).toEqual([
            taker.name,
            expect.anything(),
            expect.arrayContaining([status]),
          ]);
        }
      }
    },
    PATIENCE,
  );

  it(
    'whatever its headers are',
    async () => {
      let turn = 0;
      for (const taker of takers) {
        const here = await whole();
        const request = goodRequest(taker, here);
        const { headers } = await sender.send({ method: 'GET', path: request.path, headers: request.headers });
        const [etag, position] = [headers.get('etag') ?? '"1"', headers.get('writ-position') ?? '1'];
        const apt: Ids = {
          'if-match': `"x${etag.slice(1)}`,
          'if-none-match': etag,
          'writ-min-position': position,
          'writ-act-as': here.ids['accountId'] ?? '',
          'idempotency-key': `for ${taker.name}`.replace(/[^a-z]/giu, ''),
          'x-request-id': 'mine',
          authorization: `Bearer ${client.operatorToken}x`,
        };
        const always = ['authorization', 'content-type', 'if-match', 'if-none-match', 'idempotency-key'];
        const documented = new Set([...taker.headers.map((name) => name.toLowerCase()), ...always]);
        for (const name of documented)
          for (const value of [apt[name] ?? '', ...some(Object.values(apt), 1, (turn += 1))])
            await lawfully(withHeader(request, name, value));
        for (const name of documented)
          for (const value of some(oddHeaderValues, 1, (turn += 1))) await lawfully(withHeader(request, name, value));
        for (const name of some(headerNames, 2, turn))
          for (const value of some(oddHeaderValues, 1, (turn += 1))) await lawfully(withHeader(request, name, value));
      }
    },
    PATIENCE,
  );

  it(
    'whatever stands for an id in its address, and whatever the address is',
    async () => {
      let turn = 0;
      for (const taker of takers) {
        const here = await whole();
        const request = goodRequest(taker, here);
        for (const name of taker.path) {
          const odd = [...oddSegments(here.ids[name] ?? ''), ...Object.values(here.ids)];
          for (const id of some(odd, 20, (turn += 1)))
            await lawfully({ ...request, path: addressOf(taker, { ...here.ids, [name]: id }) });
        }
        const { path } = request;
        const odd = [
          `/${path}`,
          `${path}/`,
          `${path}//`,
          `/.${path}`,
          `/x/..${path}`,
          `${path}%`,
          `${path};x`,
          `${path}?`,
        ];
        for (const other of some([...odd, `http://writ${path}`, path.toUpperCase(), `${path}\xe9`], 4, (turn += 1)))
          await lawfully({ ...request, path: other });
        for (const method of some(['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'POST', 'GET', 'SEARCH'], 3, turn))
          await lawfully({ ...request, method });
      }
    },
    PATIENCE,
  );

  it(
    'whatever its query is',
    async () => {
      let turn = 0;
      for (const taker of takers) {
        const request = goodRequest(taker, await whole());
        for (const name of taker.query)
          for (const value of some(oddQueryValues, 6, (turn += 1)))
            await lawfully({ ...request, path: `${request.path}?${name}=${value}` });
        for (const query of some(oddQueries, 4, (turn += 1)))
          await lawfully({ ...request, path: `${request.path}?${query}` });
      }
    },
    PATIENCE,
  );

  it(
    'whoever asks, and whatever all of this is at once',
    async () => {
      const headers = fc.array(
        fc.tuple(
          fc.constantFrom(...headerNames),
          fc.oneof(
            fc.constantFrom(...oddHeaderValues),
            fc
              .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 40 })
              .map((codes) => String.fromCharCode(...codes.filter((code) => code !== 0x7f))),
          ),
        ),
        { maxLength: 2 },
      );
      const junk = fc.oneof(
        fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      );
      const usually = <A>(good: A, odd: fc.Arbitrary<A>): fc.Arbitrary<A> =>
        fc.oneof({ weight: 4, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: odd });
      for (const taker of takers) {
        const here = await whole();
        const good = goodRequest(taker, here);
        const fuzzed = fc.record({
          caller: fc.oneof(fc.constant(guestOf(taker)), fc.constantFrom(...callerNames)),
          headers,
          ids: usually(
            here.ids,
            fc.tuple(fc.constantFrom(...Object.keys(here.ids)), fc.nat()).map(([name, nth]) => {
              const odd = oddSegments(here.ids[name] ?? '');
              return { ...here.ids, [name]: odd[nth % odd.length] ?? '' };
            }),
          ),
          query: usually('', fc.constantFrom(...oddQueries)),
          body: usually(
            good.body ?? Buffer.alloc(0),
            fc.oneof(junk, taker.body?.any.map((value) => bytesOf(value, here)) ?? junk),
          ),
        });
        await fc.assert(
          fc.asyncProperty(fuzzed, async ({ caller, headers: more, ids, query, body }) => {
            const path = `${addressOf(taker, ids)}${query === '' ? '' : `?${query}`}`;
            const plain: Sent = { method: taker.method, path, headers: [...here.callers[caller], ...json] };
            const sent = more.reduce((one, [name, value]) => withHeader(one, name, value), plain);
            await lawfully(body.length === 0 ? sent : { ...sent, body });
          }),
          { numRuns: 20 * rounds, seed: SEED, endOnFailure: true },
        );
      }
    },
    PATIENCE,
  );

  it('whatever of HTTP itself is odd', async () => {
    const post = takers.find(({ name }) => name === 'POST /v1/accounts');
    const get = takers.find(({ name }) => name === 'GET /v1/accounts');
    const token = client.operatorToken;
    for (const { name, method, template } of [post, get].flatMap((taker) => taker ?? [])) {
      const text = JSON.stringify(goods.get(name) ?? {});
      const head = (more: Readonly<Record<string, string>>) =>
        rawHead(method, template, token, { 'content-type': 'application/json', ...more });
      const length = String(text.length);
      const heads = [
        ...['gzip, chunked', 'chunked, identity', 'identity', 'xchunked', 'chunked, chunked', '', '\x0bchunked'].map(
          (coding) => head({ 'transfer-encoding': coding }),
        ),
        ...['-1', '+5', '0x5', '5, 5', '5,6', '1e1', '99999999999999999999', '', ' ', `${length}\x00`].map((size) =>
          head({ 'content-length': size }),
        ),
        head({ 'content-length': length, 'Content-Length': '3' }),
        ...['writ-act-as', 'idempotency-key', 'if-match', 'x-request-id', 'writ-min-position', 'authorization'].flatMap(
          (name) =>
            ['a\0b', 'a\rb', '\x7f', '\x1b[31m', 'a\n b'].map((value) =>
              head({ 'content-length': length, [name]: value }),
            ),
        ),
        ...['a b', 'a\0', '', '\xe9', 'a:b'].map((name) => head({ 'content-length': length, [name]: 'x' })),
        ...['HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1.1 x', 'http/1.1', ''].map((version) =>
          head({ 'content-length': length }).replace('HTTP/1.1', version),
        ),
        head({ 'content-length': length }).replaceAll('\r\n', '\n'),
        head({ 'content-length': length }).replace(method, method.toLowerCase()),
        head({ 'content-length': length }).replace(method, 'FOO'),
      ];
      for (const each of heads) {
        const answer = await sendRaw(client.url, Buffer.from(`${each}${text}`, 'latin1'), { half: true });
        if (answer.status !== 0) expectLawful(answer, method, template);
      }
    }
  });
});

const collect = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
};

describe('afterwards', () => {
  it('the requests were many, and were answered in every way there is', () => {
    expect(asked).toBeGreaterThan(3_000);
    for (const status of [200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 417, 422, 431])
      expect([...statuses]).toContain(status);
  });

  it(
    'what is refused leaves nothing in memory, however often it comes',
    async () => {
      const again = refused.filter((_, n) => n % Math.ceil(refused.length / 200) === 0);
      expect(again.length).toBeGreaterThan(80);
      const sendAll = async (times: number): Promise<number> => {
        for (let n = 0; n < times; n += 1) for (const sent of again) await sender.send(sent);
        return collect();
      };
      const before = await sendAll(2);
      const times = 5 * Math.min(rounds, 10);
      const grown = (await sendAll(times)) - before;
      // In bytes for each request: what the collector and the compiler do of their own accord is about 100.
      expect(grown / (times * again.length)).toBeLessThan(300);
    },
    PATIENCE,
  );

  it('it serves as before', async () => {
    expect((await client.get('/readyz')).status).toBe(200);
    scene = await setScene();
    for (const taker of takers) {
      const { method, path, headers } = goodRequest(taker, scene);
      const target = `${path}${queryOf(taker, scene)}`;
      if (method === 'GET')
        expect([target, (await sender.send({ method, path: target, headers })).status]).toEqual([target, 200]);
    }
  });
});
