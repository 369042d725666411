import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { writ } from '../../../../test/support/terminal.js';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

const directory = mkdtempSync(join(tmpdir(), 'writ-lost-'));
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A server that answers each request in its turn, and the last as ever after; and how often it was asked. */
const serving = async (...answers: ReadonlyArray<Answering>) => {
  const asked: string[] = [];
  const made = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(request.method ?? '');
    request.resume().on('end', () => answer?.(request, response));
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { env: { WRIT_URL: `http://127.0.0.1:${(made.address() as AddressInfo).port}`, WRIT_TOKEN: 'wop_x' }, asked };
};

const answering =
  (status: number, type: string, text: string, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_, response) =>
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
const lines = (text: string): Answering => answering(200, 'application/x-ndjson', text);
const later = answering(503, 'application/problem+json', '{"code":"not-ready"}', { 'retry-after': '3' });
const lost: Answering = (request) => request.socket.destroy();
const page = answering(200, 'text/html; charset=utf-8', '<p>Sign in to the network</p>');

describe('an answer that is read piece by piece', () => {
  const position = '{"id":"evt_1","position":"p1"}\n';
  const cases: ReadonlyArray<readonly [argv: string, answer: string, out: string]> = [
    ['audit export', position, position],
    ['backup', 'a backup', 'a backup'],
    ['check --ndjson', '{"done":0.5}\n{"differences":0}\n', '{"differences":0}\n'],
  ];

  it.each(cases)('of `%s` is asked for again until it begins', async (argv, text, out) => {
    const { env, asked } = await serving(lost, later, lines(text));
    const waits: number[] = [];
    const ran = await writ(argv.split(' '), { env, onWait: (ms) => waits.push(ms) });
    expect(ran).toEqual({ code: 0, out, err: '' });
    expect([asked.length, waits]).toEqual([3, [500, 3000]]);
  });

  it('is given up in the end, and told', async () => {
    const { env, asked } = await serving(later);
    expect(await writ(['backup'], { env })).toMatchObject({ code: 6, err: expect.stringContaining('not-ready') });
    expect(asked).toHaveLength(4);
  });

  it('is not asked for again once it has begun, nor where what is sent is a stream', async () => {
    const broken: Answering = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'content-length': '100' }).write('{"id"');
      setTimeout(() => response.destroy(), 5);
    };
    const begun = await serving(broken, lines(''));
    expect([(await writ(['backup'], { env: begun.env })).code, begun.asked.length]).toEqual([6, 1]);
    server?.close();
    const { env, asked } = await serving(later, lines('{"refused":0,"complete":true}\n'));
    expect([(await writ(['import', '-'], { env, stdin: '{}\n' })).code, asked.length]).toEqual([6, 1]);
  });
});

describe('a change that was guarded', () => {
  const changed = answering(412, 'application/problem+json', '{"code":"precondition-failed","title":"Changed"}');
  const update = ['keys', 'update', 'key_1', '--name', 'x', '--if-match', '"1"'];

  it('and refused, after an answer was lost, may have been done by the first try: that is told', async () => {
    const { env, asked } = await serving(lost, changed);
    const ran = await writ(update, { env });
    expect([ran.code, ran.out, asked.length]).toEqual([5, '', 2]);
    expect(ran.err).toContain('whose answer was lost, may have been done');
  });

  it('and refused at once was not', async () => {
    const { env } = await serving(later, changed);
    const ran = await writ(update, { env });
    expect([ran.code, ran.err]).toEqual([5, expect.not.stringContaining('lost')]);
  });
});

describe('a page of something else than Writ', () => {
  const path = join(directory, 'out');
  const secret = join(directory, 'secret');
  const commands: ReadonlyArray<string> = [
    'organizations list',
    'organizations list --json',
    'organizations list --ndjson',
    'me',
    'me --json',
    'authorize a:b --resource file --user user_1',
    'keys revoke key_1',
    `keys create --project proj_1 --name ci --secret-file ${secret}`,
    'check',
    `backup --output ${path}`,
    'audit export',
  ];

  it.each(commands)('is no answer to `%s`', async (command) => {
    const { env } = await serving(page);
    const ran = await writ(command.split(' '), { env });
    expect([ran.code, ran.out]).toEqual([7, '']);
    expect(ran.err).toContain('the server answered something else than');
    for (const file of [path, secret]) expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('is none as JSON either, where a list was asked for', async () => {
    for (const body of ['{}', '[]', 'null', '"x"', '{"items":[]}', '{"items":{},"nextCursor":null}']) {
      const { env } = await serving(answering(200, 'application/json', body));
      const ran = await writ(['organizations', 'list', '--json'], { env });
      expect([ran.code, ran.out, ran.err]).toEqual([7, '', expect.stringContaining('something else than a list')]);
      server?.close();
    }
  });
});

describe('the answer of another server', () => {
  const ok = '{"status":"ok"}';
  const cases: ReadonlyArray<readonly [argv: string, body: string]> = [
    ['authorize a:b --resource file --user user_1', ok],
    ['authorize a:b --resource file --user user_1', '{"decision":"false"}'],
    ['audit explain a:b --resource file --user user_1', '{"sentences":[]}'],
    ['check-status', ok],
    ['check-status', '{"last":{"differences":"none"}}'],
    ['check', ok],
    ['check', ''],
    ['check', 'null'],
    ['check', 'hello'],
    ['accounts block user_1', ok],
    ['keys revoke key_1', ok],
    ['keys revoke key_1', ''],
    ['ready', ok],
    ['me', ok],
  ];

  it.each(cases)('is neither "done" nor "allowed" for `%s`: %s', async (argv, body) => {
    const { env } = await serving(answering(200, 'application/json', body));
    const ran = await writ(argv.split(' '), { env });
    expect([ran.code, ran.out, ran.err]).toEqual([7, '', expect.stringContaining('something else than')]);
  });

  it('is no check that has not come to anything yet', async () => {
    const { env } = await serving(answering(200, 'application/json', '{"done":null,"failures":0,"last":null}'));
    expect(await writ(['check-status'], { env })).toMatchObject({ code: 0 });
  });
});

describe('an answer that stdout does not take', () => {
  const made = '{"id":"key_1","secret":"writ_x"}';
  const cases: ReadonlyArray<readonly [argv: string, answer: Answering, fails: string, code: number]> = [
    ['authorize a:b --resource f --user user_1', answering(200, 'application/json', '{"decision":true}'), 'EPIPE', 7],
    ['me', answering(200, 'application/json', '{"id":"user_1"}'), 'ENOSPC', 7],
    ['keys create --project proj_1 --name ci', answering(201, 'application/json', made), 'EPIPE', 7],
    ['keys create --project proj_1 --name ci --json', answering(201, 'application/json', made), 'ENOSPC', 7],
    ['check', lines('{"differences":0}\n'), 'EPIPE', 7],
    ['import -', lines('{"refused":0,"complete":true}\n'), 'EPIPE', 7],
    ['openapi', answering(200, 'application/json', '{}'), 'EPIPE', 0],
    ['openapi', answering(200, 'application/json', '{}'), 'ENOSPC', 7],
    ['audit export', lines('{}\n'), 'EPIPE', 0],
    ['backup', lines('{}\n'), 'ENOSPC', 7],
    ['accounts list', answering(200, 'application/json', '{"items":[{"id":"a"}],"nextCursor":null}'), 'EPIPE', 0],
  ];

  it.each(cases)(
    'of `%s` was not told, unless its reader has had enough of it',
    async (argv, answer, outFails, code) => {
      const { env } = await serving(answer);
      const ran = await writ(argv.split(' '), { env, outFails });
      expect([argv, ran.code, ran.err === '']).toEqual([argv, code, code === 0]);
      expect(ran.err).not.toContain('unexpected');
      if (argv.startsWith('keys')) expect(ran.err).toContain('key_1 is made, and its secret is lost: revoke it');
      expect(ran.err).not.toContain('writ_x');
    },
  );

  it('is told all the same where stderr is gone', async () => {
    const { env } = await serving(answering(201, 'application/json', made));
    const ran = await writ(['keys', 'create', '--project', 'proj_1', '--name', 'ci'], { env, errFails: 'EPIPE' });
    expect([ran.code, ran.out]).toEqual([0, 'writ_x\n']);
  });
});

describe('a backup into a file', () => {
  const path = join(directory, 'whole');
  afterEach(() => ['', '.part'].forEach((end) => rmSync(`${path}${end}`, { force: true })));

  it.each([
    ['', 'no byte'],
    ['{"writ":"backup"}\n', 'no closing line'],
    ['{"writ":"backup"}\n{"mac":"ab', 'half of it'],
  ])('that ends without its closing line is none, and is kept as a part: %j', async (text) => {
    const { env } = await serving(lines(text));
    const ran = await writ(['backup', '--output', path], { env });
    expect([ran.code, ran.err]).toEqual([6, expect.stringContaining('closing line')]);
    expect(() => readFileSync(path)).toThrow('ENOENT');
    if (text !== '') expect(readFileSync(`${path}.part`, 'utf8')).toBe(text);
  });

  it('is one with it', async () => {
    const text = `{"writ":"backup"}\n{"mac":"${'ab'.repeat(32)}"}\n`;
    const { env } = await serving(lines(text));
    expect((await writ(['backup', '--output', path], { env })).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('what anybody may ask', () => {
  it('needs no credential, and minds none that cannot be read', async () => {
    writeFileSync(join(directory, 'operator.token'), 'wop_x', { mode: 0o644 });
    const { env } = await serving(answering(200, 'application/json', '{"status":"ready","readSide":"live"}'));
    const local = { WRIT_URL: env.WRIT_URL, WRIT_DATA_DIR: directory };
    for (const command of ['health', 'ready', 'metrics', 'openapi'])
      expect([command, (await writ([command], { env: local })).code]).toEqual([command, 0]);
    expect((await writ(['me'], { env: local })).code).toBe(2);
  });
});

describe('a file of lines to import', () => {
  const env = { WRIT_URL: 'http://127.0.0.1:1' };

  it('that is a directory, or not there, is a wrong command line, wherever the server is', async () => {
    const ran = await writ(['import', directory], { env });
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('it is a directory')]);
    expect(await writ(['import', join(directory, 'none')], { env })).toMatchObject({ code: 2 });
  });

  const descriptors = '/proc/self/fd';
  const isOpen = (path: string): boolean =>
    readdirSync(descriptors).some((file) => {
      try {
        return readlinkSync(join(descriptors, file)) === path;
      } catch {
        return false;
      }
    });
  (process.platform === 'linux' ? it : it.skip)('is closed when it is refused before it was read', async () => {
    const path = join(directory, 'keys.ndjson');
    writeFileSync(path, '{}\n'.repeat(1_000_000));
    const { env: there } = await serving(() => undefined);
    server?.removeAllListeners('request').on('request', (_, response: ServerResponse) => {
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{}');
    });
    expect((await writ(['import', path], { env: there })).code).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isOpen(path)).toBe(false);
  });

  const memory = '/proc/self/mem';
  (process.platform === 'linux' ? it : it.skip)('that breaks off while it is read is no lost connection', async () => {
    const { env: there } = await serving(lines('{"refused":0,"complete":true}\n'));
    const ran = await writ(['import', memory], { env: there });
    expect([ran.code, ran.err]).toEqual([2, expect.stringMatching(/^writ: \/proc\/self\/mem: .*EIO/u)]);
  });
});

describe('a failure', () => {
  it('that is no interruption is told as what it is, though one came', async () => {
    const stopping = { signal: AbortSignal.abort(), env: { WRIT_URL: 'http://127.0.0.1:1', WRIT_PORT: 'x' } };
    for (const command of ['keys show ..', 'restore none'])
      expect([command, (await writ(command.split(' '), stopping)).code]).toEqual([command, 2]);
    expect(await writ(['me'], stopping)).toEqual({ code: 130, out: '', err: 'writ: interrupted\n' });
  });
});
