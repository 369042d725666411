import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writ } from '../../../../test/support/terminal.js';
import { heading as csvHeading } from './last-position.js';

let directory: string;
let server: Server;
let url: string;
/** In bytes: where the server breaks off; undefined where it does not. */
let breaksAt: number | undefined;
let form: 'ndjson' | 'csv';
/** What stands before the events. */
let greeting: string;

const lineOf = (n: number): string =>
  form === 'csv'
    ? `evt_${n},p${n},"a ""b"", c",,,,,,,{}\r\n`
    : `${JSON.stringify({ id: `evt_${n}`, position: `p${n}` })}\n`;
const heading = (): string => (form === 'csv' ? `${csvHeading}\r\n` : '');
const from = (first: number): string => Array.from({ length: 10 - first }, (_, n) => lineOf(first + n)).join('');

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'writ-download-'));
  server = createServer((request, response) => {
    const after = new URL(request.url ?? '', 'http://x').searchParams.get('after');
    const body = greeting + heading() + from(after === null ? 0 : Number(after.slice(1)) + 1);
    response.writeHead(200, { 'content-type': form === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson' });
    if (breaksAt === undefined) return response.end(body);
    response.write(body.slice(0, breaksAt));
    return setTimeout(() => response.destroy(), 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  breaksAt = undefined;
  form = 'ndjson';
  greeting = '';
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
});

const target = (): string => join(directory, 'trail');
const exported = (...more: ReadonlyArray<string>) =>
  writ(['audit', 'export', '--format', form, '--output', target(), ...more], { env: { WRIT_URL: url } });
const held = (): string => readFileSync(target(), 'utf8');
const named = (): ReadonlyArray<string> => readdirSync(directory).sort();

describe('a download', () => {
  it('is a file of its owner alone, once it is whole', async () => {
    expect(await exported()).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(target(), 'utf8')).toBe(from(0));
    expect(statSync(target()).mode & 0o777).toBe(0o600);
    expect(named()).toEqual(['trail', 'trail.resume.json']);
    expect(statSync(`${target()}.resume.json`).mode & 0o777).toBe(0o600);
  });

  it('replaces a file only when it is told to', async () => {
    writeFileSync(target(), 'mine');
    expect(await exported()).toMatchObject({ code: 2 });
    expect(readFileSync(target(), 'utf8')).toBe('mine');
    expect(await exported('--force')).toMatchObject({ code: 0 });
    expect(readFileSync(target(), 'utf8')).toBe(from(0));
  });

  it.each(['ndjson', 'csv'] as const)(
    'of %s that broke off anywhere goes on behind its last whole line',
    async (which) => {
      form = which;
      const whole = heading() + from(0);
      for (let at = 1; at < whole.length; at += 37) {
        for (const name of readdirSync(directory)) rmSync(join(directory, name));
        breaksAt = at;
        expect(await exported()).toMatchObject({ code: 6 });
        expect(existsSync(target())).toBe(false);
        breaksAt = undefined;
        expect(await exported('--resume')).toMatchObject({ code: 0 });
        expect(readFileSync(target(), 'utf8')).toBe(whole);
      }
    },
  );

  it('that came to its end goes on with what came since', async () => {
    await exported();
    writeFileSync(target(), from(0).slice(0, from(0).indexOf(lineOf(4))));
    expect(await exported('--resume')).toMatchObject({ code: 0 });
    expect(held()).toBe(from(0));
    // nothing came since; what a crash left of a line is gone all the same
    writeFileSync(target(), `${from(0)}{"id":"evt_of a line that`);
    expect(await exported('--resume')).toMatchObject({ code: 0 });
    expect(readFileSync(target(), 'utf8')).toBe(from(0));
  });

  it('does not go on behind what is no export', async () => {
    for (const text of ['a letter\nto somebody\n', 'hello\nworld', 'hello', '{"a":1}\n', `${csvHeading}\r\n`])
      for (const more of [[], ['--force']]) {
        writeFileSync(target(), text);
        expect(await exported('--resume', ...more)).toMatchObject({ code: 2 });
        expect([held(), named()]).toEqual([text, ['trail']]);
      }
    form = 'csv';
    for (const text of ['hello\nworld', 'hello', from(0)])
      for (const more of [[], ['--force']]) {
        writeFileSync(target(), text);
        expect(await exported('--resume', ...more)).toMatchObject({ code: 2 });
        expect([held(), named()]).toEqual([text, ['trail']]);
      }
  });

  const others: ReadonlyArray<ReadonlyArray<string>> = [
    ['--organization', 'org_2'],
    ['--organization', 'org_1', '--actor', 'user_1'],
    ['--organization', 'org_1', '--as', 'user_1'],
    ['--organization', 'org_1', '--url', 'http://localhost:1'],
    ['--organization', 'org_1', '--format', 'cloudevents'],
    ['--organization', 'org_1', '--format', 'csv'],
  ];
  it.each(['broke off', 'came to its end'])('that %s goes on with no other query', async (ended) => {
    breaksAt = ended === 'broke off' ? from(0).length - 10 : undefined;
    await exported('--organization', 'org_1');
    breaksAt = undefined;
    const before = named().map((name) => readFileSync(join(directory, name), 'utf8'));
    expect(before).toHaveLength(2);
    for (const other of others) {
      expect([other, await exported('--resume', ...other)]).toEqual([other, expect.objectContaining({ code: 2 })]);
      expect(named().map((name) => readFileSync(join(directory, name), 'utf8'))).toEqual(before);
    }
    // not even where it is forced: that is for what nothing is known of
    expect(await exported('--resume', '--force', '--organization', 'org_2')).toMatchObject({
      code: 2,
      err: expect.stringContaining('another query'),
    });
    expect(await exported('--resume', '--organization', 'org_1')).toMatchObject({ code: 0 });
    expect([held(), named()]).toEqual([from(0), ['trail', 'trail.resume.json']]);
  });

  it('that nothing is known of goes on where it is forced to, and is known from then on', async () => {
    const some = from(0).slice(0, from(0).indexOf(lineOf(4)));
    for (const left of ['trail', 'trail.part']) {
      for (const name of named()) rmSync(join(directory, name));
      writeFileSync(join(directory, left), some);
      expect(await exported('--resume')).toMatchObject({ code: 2, err: expect.stringContaining('--resume --force') });
      expect([named(), readFileSync(join(directory, left), 'utf8')]).toEqual([[left], some]);
      expect(await exported('--resume', '--force')).toMatchObject({ code: 0 });
      expect([held(), statSync(target()).mode & 0o777]).toEqual([from(0), 0o600]);
      expect(await exported('--resume')).toMatchObject({ code: 0 });
    }
  });

  it('does not replace what has come meanwhile where its part would go, unless it is told to', async () => {
    breaksAt = 100;
    await exported();
    breaksAt = undefined;
    writeFileSync(target(), 'mine');
    expect(await exported('--resume')).toMatchObject({ code: 2 });
    expect(held()).toBe('mine');
    expect(await exported('--resume', '--force')).toMatchObject({ code: 0 });
    expect(held()).toBe(from(0));
  });

  it('takes away nothing that an earlier run left, or somebody else, unless it is told to', async () => {
    for (const name of ['trail.part', 'trail.part.json', 'trail.resume.json']) {
      for (const other of named()) rmSync(join(directory, other));
      writeFileSync(join(directory, name), 'mine');
      expect(await exported()).toMatchObject({ code: 2 });
      expect([named(), readFileSync(join(directory, name), 'utf8')]).toEqual([[name], 'mine']);
    }
    for (const other of named()) rmSync(join(directory, other));
    breaksAt = 100;
    await exported();
    breaksAt = undefined;
    expect(await exported()).toMatchObject({ code: 2, err: expect.stringContaining('--resume goes on') });
    expect(named()).toEqual(['trail.part', 'trail.part.json']);
    expect(await exported('--force')).toMatchObject({ code: 0 });
    expect(held()).toBe(from(0));
  });

  it('follows no link, and changes nothing at its end', async () => {
    const [victim, part] = [join(directory, 'victim'), `${target()}.part`];
    writeFileSync(victim, `${from(0)}{"half`);
    chmodSync(victim, 0o644);
    symlinkSync(victim, part);
    for (const more of [[], ['--resume'], ['--resume', '--force']])
      expect(await exported(...more)).toMatchObject({ code: 2, out: '' });
    expect([readFileSync(victim, 'utf8'), statSync(victim).mode & 0o777]).toEqual([`${from(0)}{"half`, 0o644]);
    expect(await exported('--force')).toMatchObject({ code: 0 });
    expect([readFileSync(victim, 'utf8'), held()]).toEqual([`${from(0)}{"half`, from(0)]);
  });

  it('steers no terminal that it is shown on, and is itself in a pipe', async () => {
    greeting = '{"name":"a\u202eb\u2066 \u001b[2J\u009b \ufeff漢字"}\r\n';
    const argv = ['audit', 'export'];
    expect((await writ(argv, { env: { WRIT_URL: url } })).out).toBe(greeting + from(0));
    expect((await writ(argv, { env: { WRIT_URL: url }, columns: 80 })).out).toBe(
      `{"name":"a\ufffdb\ufffd \ufffd[2J\ufffd \ufeff漢字"}\n${from(0)}`,
    );
  });

  it('of a backup leaves nothing of what broke off', async () => {
    breaksAt = 20;
    const ran = await writ(['backup', '--output', target()], { env: { WRIT_URL: url } });
    expect([ran.code, readdirSync(directory)]).toEqual([6, []]);
  });

  it('to stdout is not taken for whole either', async () => {
    breaksAt = 20;
    expect(await writ(['audit', 'export'], { env: { WRIT_URL: url } })).toMatchObject({
      code: 6,
      out: from(0).slice(0, 20),
    });
  });
});
