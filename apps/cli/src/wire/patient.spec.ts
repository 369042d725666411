import { execFileSync, spawnSync } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { writ } from '../../../../test/support/terminal.js';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers each request in its turn, and what it was asked. */
const serving = async (...answers: ReadonlyArray<Answering>) => {
  const asked: Array<{ readonly path: string; readonly headers: IncomingMessage['headers'] }> = [];
  const made = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push({ path: request.url ?? '', headers: request.headers });
    request.resume().on('end', () => answer?.(request, response));
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const env = { WRIT_URL: `http://127.0.0.1:${(made.address() as AddressInfo).port}/below/`, WRIT_TOKEN: 'wop_x' };
  return { env, asked };
};

const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const lost: Answering = (request) => request.socket.destroy();
const broken: Answering = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{');
  setTimeout(() => response.destroy(), 5);
};
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const key = { id: 'key_1', secret: 'writ_x' };
const create = ['keys', 'create', '--project', 'proj_1', '--name', 'ci'];

describe('a request', () => {
  it('is sent again while the server says "later", as late as it says', async () => {
    const { env, asked } = await serving(
      json(503, { code: 'state-too-old' }, { 'retry-after': '3' }),
      json(429, { code: 'too-many-questions' }, { 'retry-after': '2' }),
      json(200, { id: 'user_1' }),
    );
    const waits: number[] = [];
    expect(await writ(['me'], { env, onWait: (ms) => waits.push(ms) })).toMatchObject({ code: 0 });
    expect([asked.map(({ path }) => path), waits]).toEqual([Array(3).fill('/below/v1/me'), [3000, 2000]]);
  });

  it('is given up in the end, and told', async () => {
    const { env, asked } = await serving(json(503, { title: 'Not now', code: 'state-too-old' }));
    expect(await writ(['me'], { env })).toMatchObject({ code: 6, err: expect.stringContaining('Not now') });
    expect(asked).toHaveLength(4);
  });

  it('that makes something is sent again under one Idempotency-Key, so that it makes one', async () => {
    const inUse = json(409, { code: 'idempotency-key-in-use' });
    const { env, asked } = await serving(lost, broken, inUse, json(201, key));
    expect(await writ(create, { env })).toMatchObject({ code: 0, out: 'writ_x\n' });
    const keys = asked.map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys).size]).toEqual([4, 1]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/u);
  });

  it('that was lost may have made what is now made: its secret is gone, and that is told', async () => {
    const { env } = await serving(lost, json(201, { ...key, secret: null }, { 'idempotent-replayed': 'true' }));
    const ran = await writ(create, { env });
    expect([ran.code, ran.out, ran.err]).toEqual([7, '', expect.stringContaining('revoke what was made')]);
  });

  it('that takes away what a lost one took away already is done', async () => {
    const gone = json(404, { code: 'not-found' });
    const { env } = await serving(lost, gone);
    expect(await writ(['accounts', 'delete', 'user_1'], { env })).toMatchObject({ code: 0 });
    server?.close();
    const through = await serving(json(504, {}), gone);
    expect(await writ(['accounts', 'delete', 'user_1'], { env: through.env })).toMatchObject({ code: 0 });
  });

  it('that found nothing to revoke is told so, though an answer was lost: a key is revoked twice, and no 404 (AMB-16)', async () => {
    const { env } = await serving(lost, json(404, { code: 'not-found' }));
    expect(await writ(['keys', 'revoke', 'key_typo'], { env })).toMatchObject({ code: 3 });
  });

  it('that nothing went out of was not carried out: what is not there then was never there', async () => {
    const { env } = await serving(lost);
    await new Promise((resolve) => server?.close(resolve));
    const port = Number(new URL(env.WRIT_URL).port);
    const asked: string[] = [];
    const onWait = () => {
      if (asked.length > 0) return;
      asked.push('');
      server = createServer((_, response) => json(404, { code: 'not-found' })(_, response)).listen(port, '127.0.0.1');
    };
    expect(await writ(['accounts', 'delete', 'user_typo'], { env, onWait })).toMatchObject({ code: 3 });
  });

  it.each([502, 504])('is sent again where a proxy says %i, under the same Idempotency-Key', async (status) => {
    const { env, asked } = await serving(json(status, {}), json(201, key));
    expect(await writ(create, { env })).toMatchObject({ code: 0, out: 'writ_x\n' });
    expect(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(asked).toHaveLength(2);
  });

  it('that was given up tells its Idempotency-Key, and only where it may have been done', async () => {
    const { env, asked } = await serving(lost);
    const ran = await writ(create, { env });
    expect([ran.code, ran.err]).toEqual([6, expect.stringContaining('may have been done')]);
    expect(ran.err).toContain(`--idempotency-key ${String(asked[0]?.headers['idempotency-key'])} `);
    expect((await writ([...create, '--idempotency-key', 'mine'], { env })).err).not.toContain('idempotency-key');
    expect((await writ(create, { env: { WRIT_URL: 'http://127.0.0.1:1' } })).err).not.toContain('idempotency-key');
    expect((await writ(['me'], { env })).err).not.toContain('idempotency-key');
  });

  it('goes nowhere but where it was told to: no redirect takes the credential along', async () => {
    const { env, asked } = await serving((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect(await writ(['me'], { env })).toMatchObject({ code: 7 });
    expect(asked).toHaveLength(1);
  });

  it('with a credential over plain http to another machine is warned of, once', async () => {
    const { env, asked } = await serving(lost, json(200, { id: 'user_1' }));
    const elsewhere = { ...env, WRIT_URL: env.WRIT_URL.replace('127.0.0.1', '0.0.0.0') };
    const ran = await writ(['me'], { env: elsewhere });
    expect([ran.code, ran.err.split('plain http').length, asked.length]).toEqual([0, 2, 2]);
    expect(ran.err).not.toContain('wop_x');
    expect((await writ(['me'], { env })).err).toBe('');
    const { WRIT_TOKEN: _, ...without } = elsewhere;
    expect((await writ(['me'], { env: without })).err).toBe('');
    const secret = ['audit', 'exposure-of-secret', '--leaked-file', '-'];
    expect((await writ(secret, { env: without, stdin: 'writ_x' })).err).toContain('plain http');
  });

  (hasOpenssl ? it : it.skip)('is not sent again to whoever has a certificate that is not trusted', async () => {
    const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout - -subj /CN=x.invalid';
    const pem = execFileSync('openssl', args.split(' '), { stdio: ['ignore', 'pipe', 'ignore'] });
    const made = https.createServer({ key: pem, cert: pem }, (_, response) => response.end('{}'));
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    const env = { WRIT_URL: `https://127.0.0.1:${(made.address() as AddressInfo).port}` };
    const waits: number[] = [];
    const ran = await writ(['me'], { env, onWait: (ms) => waits.push(ms) });
    made.close();
    expect([ran.code, waits, ran.err]).toEqual([6, [], expect.stringContaining('NODE_EXTRA_CA_CERTS')]);
  });

  it('of a secret from stdin ends with 130 too, while nothing comes', async () => {
    const interruption = new AbortController();
    const reading = writ(['audit', 'exposure-of-secret', '--leaked-file', '-'], {
      env: { WRIT_URL: 'http://127.0.0.1:1' },
      input: new PassThrough(),
      signal: interruption.signal,
    });
    setTimeout(() => interruption.abort(), 20);
    expect(await reading).toMatchObject({ code: 130, out: '' });
  });

  it('ends with 130 when it is interrupted', async () => {
    const interruption = new AbortController();
    const { env } = await serving(() => interruption.abort());
    expect(await writ(['me'], { env, signal: interruption.signal })).toMatchObject({ code: 130, out: '' });
  });
});

describe('a list', () => {
  it('follows cursors, over empty pages too, and an answer that broke off is no whole one', async () => {
    const page = (items: ReadonlyArray<string>, nextCursor: string | null) =>
      json(200, { items: items.map((id) => ({ id })), nextCursor, complete: nextCursor === null, position: 'p' });
    const { env, asked } = await serving(page(['a', 'b'], 'one'), page([], 'two'), broken, page(['c'], null));
    const ran = await writ(['organizations', 'list', '--json'], { env });
    expect(JSON.parse(ran.out)).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    const cursors = asked.map(({ path }) => new URL(path, 'http://x').searchParams.get('cursor'));
    expect(cursors).toEqual([null, 'one', 'two', 'two']);
  });
});
