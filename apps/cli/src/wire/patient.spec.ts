import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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
const key = { id: 'key_1', secret: 'writ_x' };
const create = ['keys', 'create', '--project', 'proj_1', '--name', 'ci'];

describe('a request', () => {
  it('is sent again while the server says "later", as late as it says', async () => {
    const { env, asked } = await serving(
      json(503, { code: 'state-too-old' }, { 'retry-after': '3' }),
      json(200, { id: 'user_1' }),
    );
    const waits: number[] = [];
    expect(await writ(['me'], { env, onWait: (ms) => waits.push(ms) })).toMatchObject({ code: 0 });
    expect([asked.map(({ path }) => path), waits]).toEqual([['/below/v1/me', '/below/v1/me'], [3000]]);
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
    const { env } = await serving(lost, json(404, { code: 'not-found' }));
    expect(await writ(['keys', 'revoke', 'key_1'], { env })).toMatchObject({ code: 0 });
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
