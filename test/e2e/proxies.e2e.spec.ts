import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cast, cast, type MadeKey, makeKey, project, serviceToken } from '../support/cast.js';
import type { Client } from '../support/client.js';
import { type Places, proxies, type RunningProxy } from '../support/proxies.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { type Served, startUpstreamBehindProxy } from '../support/upstream.js';

let server: TestServer;
let client: Client;
let all: Cast;
let alpha: string;
let key: MadeKey;
let api: Served;
let tired: Server;
let places: Places;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client;
  all = await cast(client);
  alpha = await project(client, all, 'Alpha');
  const beta = await project(client, all, 'Beta');
  for (const [id, projectId] of Object.entries({ 'file-alpha': alpha, 'file-beta': beta }))
    await client.ask('PUT', `/v1/projects/${projectId}/resources/file/${id}`, { as: all.owner });
  key = await makeKey(client, alpha, all.owner);
  api = await startUpstreamBehindProxy();
  // A node whose state is past its bound.
  tired = createServer((_, response) => response.writeHead(503, { 'retry-after': '1' }).end());
  await new Promise<void>((resolve) => tired.listen(0, '127.0.0.1', resolve));
  const hostOf = (url: string) => new URL(url).host;
  const other = `127.0.0.1:${String((tired.address() as AddressInfo).port)}`;
  const token = await serviceToken(client, ['decisions'], [all.organization]);
  places = { writ: hostOf(client.url), other, api: hostOf(api.url), token };
});
afterAll(async () => {
  tired.closeAllConnections();
  tired.close();
  await api.close();
  await server.remove();
});

interface Sent {
  readonly secret?: string | null;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const chat = '/v1/chat/completions';

for (const proxy of proxies)
  (proxy.absent === undefined ? describe : describe.skip)(
    `${proxy.name}, as docs/proxies.md has it${proxy.absent === undefined ? '' : ` (${proxy.absent})`}`,
    () => {
      let running: RunningProxy;
      beforeAll(async () => {
        running = await proxy.start(places);
      });
      afterAll(() => running.stop());

      const ask = async (path: string, sent: Sent = {}, at = running): Promise<Response> => {
        const { secret = key.secret, headers, ...rest } = sent;
        const authorization = secret === null ? {} : { authorization: `Bearer ${secret}` };
        return fetch(`${at.url}${path}`, { method: 'POST', ...rest, headers: { ...authorization, ...headers } });
      };
      const get = (path: string, sent: Sent = {}) => ask(path, { method: 'GET', ...sent });

      it('lets through what may pass, with whose key it is', async () => {
        // as often as both nodes of Writ are asked first
        for (let n = 0; n < 6; n += 1) {
          const answer = await ask(`${chat}?stream=false&x`, { body: '{"model":"acme/small"}' });
          expect(answer.status).toBe(200);
          expect(answer.headers.get('x-served-for')).toBe(`${key.id} ${alpha} ${all.organization}`);
          expect(answer.headers.get('x-token-seen')).toBe('false');
        }
        expect(await (await get('/v1/files/file-alpha')).json()).toMatchObject({ id: 'file-alpha' });
      });

      it('takes neither question nor answer from its caller', async () => {
        const headers = {
          'x-writ-action': 'file:read',
          'x-writ-resource': 'file/file-alpha',
          'x-writ-api-key-id': 'key_forged',
          'x-writ-project-id': 'proj_forged',
          'writ-act-as': all.owner,
          'writ-min-position': 'x',
        };
        expect((await get('/v1/files/file-beta', { headers })).status).toBe(403);
        const answer = await get('/v1/files/file-alpha', { headers });
        expect(answer.status).toBe(200);
        expect(answer.headers.get('x-served-for')).toBe(`${key.id} ${alpha} ${all.organization}`);
      });

      it('refuses a bad key as clients know it, from the very next request on once it is revoked (ERR-02)', async () => {
        const { id, secret } = await makeKey(client, alpha, all.owner);
        expect((await ask(chat, { secret, body: '{}' })).status).toBe(200);
        await client.ask('DELETE', `/v1/api-keys/${id}`, { as: all.owner });
        for (const bad of [secret, 'bad', null]) {
          const answer = await ask(chat, { secret: bad, body: '{}' });
          expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
          expect(answer.headers.get('content-type')).toMatch(/^application\/json/u);
          const error = { message: 'Invalid API key provided.', type: 'invalid_request_error', param: null };
          expect(await answer.json()).toEqual({ error: { ...error, code: 'invalid_api_key' } });
        }
      });

      it('denies what is another’s, and what is not there', async () => {
        for (const id of ['file-beta', 'file-nowhere']) {
          const answer = await get(`/v1/files/${id}`);
          expect(answer.status).toBe(403);
          expect(await answer.json()).toMatchObject({ error: { code: 'permission_denied' } });
        }
      });

      it('reaches nothing that no question stands for', async () => {
        for (const path of ['/v1/models', '/v1/files/a%0d%0aX-Writ-Token:x', '/v1/files/a/b', '/v1/files/', '/_writ'])
          expect([path, (await get(path)).status]).toEqual([path, 404]);
      });

      it('lets nothing through with a token of its own that is no good, and blames no key for it', async () => {
        const other = await proxy.start({ ...places, token: 'wsvc_gone' });
        const answers = [await ask(chat, {}, other), await ask(chat, { secret: 'bad' }, other)];
        const said = other.output();
        await other.stop();
        expect(answers.map(({ status }) => status)).toEqual(proxy.name === 'nginx' ? [503, 503] : [400, 400]);
        if (proxy.name === 'nginx') expect(said).toContain('auth request unexpected status: 400');
      });

      it('lets nothing through where Writ is past its bound, or away', async () => {
        const { other } = places;
        const [late, away] = [
          await proxy.start({ ...places, writ: other }),
          await proxy.start({ ...places, writ: '127.0.0.1:1' }),
        ];
        const answers = [await ask(chat, {}, late), await ask(chat, {}, away)];
        await Promise.all([late.stop(), away.stop()]);
        expect(answers[0]?.status).toBe(503);
        expect(answers[0]?.headers.get('retry-after')).toBe('1');
        expect([502, 503]).toContain(answers[1]?.status);
      });
    },
  );

it('each is run, or it is said why not', () => {
  expect(proxies.map(({ name }) => name)).toEqual(['nginx', 'caddy']);
});
