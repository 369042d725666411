import OpenAI from 'openai';
import Together from 'together-ai';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyHelp } from '../../apps/server/src/decisions/client-errors.js';
import { type Cast, cast, type MadeKey, makeKey, project, serviceToken } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { type Served, startProxy, startUpstream, startUpstreamBehindProxy } from '../support/upstream.js';

/** What we ask of a package that clients have, in its own words. */
interface Library {
  /** Its classes of errors, by name. */
  readonly classes: object;
  readonly with: (url: string, apiKey: string) => Calls;
  /** The error's object (ERR-01), where this package has it. */
  readonly told: (error: unknown) => unknown;
}

interface Calls {
  readonly models: () => Promise<ReadonlyArray<string>>;
  readonly chat: () => Promise<string | null | undefined>;
  readonly file: (id: string) => Promise<string>;
  readonly get: (path: string) => Promise<unknown>;
}

/** Nothing of this leaves the machine. */
const here: typeof fetch = (input, init) => {
  const address = input instanceof Request ? input.url : String(input);
  if (!address.startsWith('http://127.0.0.1:')) throw new Error(`not to ${address}`);
  return fetch(input, init);
};

const message = { role: 'user', content: 'Hello?' } as const;
const asking = { model: 'acme/small', messages: [message] };

const libraries: Readonly<Record<string, Library>> = {
  openai: {
    classes: OpenAI,
    with: (url, apiKey) => {
      const client = new OpenAI({ apiKey, baseURL: `${url}/paged`, maxRetries: 0, fetch: here });
      return {
        models: async () => (await client.models.list()).data.map(({ id }) => id),
        chat: async () => (await client.chat.completions.create(asking)).choices[0]?.message.content,
        file: async (id) => (await client.files.retrieve(id)).id,
        get: (path) => client.get(path),
      };
    },
    told: (error) => (error as { readonly error: unknown }).error,
  },
  'together-ai': {
    classes: Together,
    with: (url, apiKey) => {
      const client = new Together({ apiKey, baseURL: `${url}/v1`, maxRetries: 0, fetch: here });
      return {
        models: async () => (await client.models.list()).map(({ id }) => id),
        chat: async () =>
          (await client.chat.completions.create({ ...asking, stream: false })).choices[0]?.message?.content,
        file: async (id) => (await client.files.retrieve(id)).id,
        get: (path) => client.get(path),
      };
    },
    told: (error) => (error as { readonly error: { readonly error: unknown } }).error.error,
  },
};

const help = new KeyHelp('https://keys.example.com/settings');

let server: TestServer;
let client: Client;
let all: Cast;
let [alpha, beta] = ['', ''];
let served: ReadonlyArray<Served>;
let [direct, proxied] = ['', ''];

beforeAll(async () => {
  server = await startTestServer({ env: { WRIT_KEY_HELP_URL: help.url ?? '' } });
  client = server.client;
  all = await cast(client);
  [alpha, beta] = [await project(client, all, 'Alpha'), await project(client, all, 'Beta')];
  for (const [id, projectId] of Object.entries({ 'file-alpha': alpha, 'file-beta': beta }))
    await client.ask('PUT', `/v1/projects/${projectId}/resources/file/${id}`, { as: all.owner });
  const writ = { url: client.url, token: await serviceToken(client, ['decisions']), help };
  const behind = await startUpstreamBehindProxy();
  served = [await startUpstream(writ), await startProxy(writ, behind.url), behind];
  [direct, proxied] = served.map(({ url }) => url) as [string, string];
});
afterAll(async () => {
  for (const each of served) await each.close();
  await server.remove();
});

const newKey = (): Promise<MadeKey> => makeKey(client, alpha, all.owner);

const invalidKey = {
  message: `Invalid API key provided. You can find your API key at ${help.url ?? ''}.`,
  ...{ type: 'invalid_request_error', param: null, code: 'invalid_api_key' },
};
const coded = (code: string): unknown => expect.objectContaining({ code, type: 'invalid_request_error', param: null });

describe.each(Object.entries(libraries))('%s', (_, { classes, with: of, told }) => {
  /** The error that a call comes to, by its class, status and what it says. */
  const errorOf = async (call: Promise<unknown>): Promise<readonly [string | undefined, unknown, unknown]> => {
    const error: unknown = await call.then(
      () => new Error('it was answered'),
      (thrown: unknown) => thrown,
    );
    const [name] =
      Object.entries(classes).find(([, each]: [string, unknown]) => (error as Error).constructor === each) ?? [];
    return [name, (error as { readonly status: unknown }).status, told(error)];
  };

  describe.each([
    [
      'before POST /v1/authorize',
      () => direct,
      { poor: ['APIError', 402, 'insufficient_balance'], none: ['NotFoundError', 404, 'not_found'] },
    ],
    // a proxy hands on 401 and 403, and knows no other
    [
      'behind a proxy that asks /v1/forward-auth',
      () => proxied,
      {
        poor: ['PermissionDeniedError', 403, 'permission_denied'],
        none: ['PermissionDeniedError', 403, 'permission_denied'],
      },
    ],
  ] as const)('%s', (_where, url, { poor, none }) => {
    it('works with a good key', async () => {
      const calls = of(url(), (await newKey()).secret);
      expect(await calls.models()).toEqual(['acme/small']);
      expect(await calls.chat()).toBe('Hello.');
      expect(await calls.file('file-alpha')).toBe('file-alpha');
    });

    it('throws its AuthenticationError from the very next request on once the key is revoked (ERR-02, ERR-13, PRO-03)', async () => {
      const { id, secret } = await newKey();
      const calls = of(url(), secret);
      await calls.models();
      await client.ask('DELETE', `/v1/api-keys/${id}`, { as: all.owner });
      for (const call of [calls.models, calls.chat, () => calls.file('file-alpha')])
        expect(await errorOf(call())).toEqual(['AuthenticationError', 401, invalidKey]);
    });

    it('is told the same of any other key that is no good (AMB-20)', async () => {
      const rotated = await newKey();
      await client.made(`/v1/api-keys/${rotated.id}/rotate`, {}, { as: all.owner });
      for (const secret of ['bad', 'sk-of-another-system', `${rotated.secret.slice(0, -1)}!`, rotated.secret])
        expect(await errorOf(of(url(), secret).models())).toEqual(['AuthenticationError', 401, invalidKey]);
    });

    it('throws its PermissionDeniedError where a key may not do this (AMB-14)', async () => {
      const { get } = of(url(), (await newKey()).secret);
      expect(await errorOf(get('/api-keys'))).toEqual(['PermissionDeniedError', 403, coded('permission_denied')]);
    });

    it('is told nothing of what another project has (ERR-08, AMB-21)', async () => {
      const { file } = of(url(), (await newKey()).secret);
      const [theirs, nobodys] = [await errorOf(file('file-beta')), await errorOf(file('file-nowhere'))];
      expect(theirs).toEqual([none[0], none[1], coded(none[2])]);
      expect(nobodys).toEqual(theirs);
    });

    it('is told of a suspended organization, and that its key is good (ERR-05, AMB-40)', async () => {
      const suspended = await cast(client);
      const { secret } = await makeKey(client, suspended.defaultProject, suspended.owner);
      const calls = of(url(), secret);
      await calls.chat();
      await client.made(`/v1/organizations/${suspended.organization}/suspend`);
      expect(await errorOf(calls.chat())).toEqual([poor[0], poor[1], coded(poor[2])]);
      expect(await calls.models()).toEqual(['acme/small']);
      await client.made(`/v1/organizations/${suspended.organization}/resume`);
      expect(await calls.chat()).toBe('Hello.');
    });

    it.each([
      [400, 'BadRequestError'],
      [401, 'AuthenticationError'],
      [402, 'APIError'],
      [403, 'PermissionDeniedError'],
      [404, 'NotFoundError'],
      [409, 'ConflictError'],
      [422, 'UnprocessableEntityError'],
      [429, 'RateLimitError'],
      [500, 'InternalServerError'],
      [503, 'InternalServerError'],
    ])('knows a %i as its %s (ERR-13)', async (status, name) => {
      const { get } = of(url(), 'any');
      const [thrown, code, error] = await errorOf(get(`/status/${String(status)}`));
      expect([thrown, code]).toEqual([name, status]);
      expect(error).toMatchObject({ message: `Refused with ${String(status)}.` });
    });
  });
});

describe('behind the proxy', () => {
  it('a service is told whose key it is, by nobody but the proxy', async () => {
    const { id, secret } = await newKey();
    const { headers } = await fetch(`${proxied}/v1/models`, {
      headers: { authorization: `Bearer ${secret}`, 'x-writ-api-key-id': 'key_forged', 'x-writ-project-id': 'x' },
    });
    expect(headers.get('x-served-for')).toBe(`${id} ${alpha} ${all.organization}`);
    expect(headers.get('x-token-seen')).toBe('false');
  });
});
