import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writ } from '../../../../test/support/terminal.js';

let directory: string;
let server: Server;
let url: string;
/** In bytes: where the server breaks off; undefined where it does not. */
let breaksAt: number | undefined;
let form: 'ndjson' | 'csv';

const lineOf = (n: number): string =>
  form === 'csv' ? `evt_${n},"a ""b"", c",p${n}\r\n` : `${JSON.stringify({ id: `evt_${n}`, position: `p${n}` })}\n`;
const heading = (): string => (form === 'csv' ? 'id,data,position\r\n' : '');
const from = (first: number): string => Array.from({ length: 10 - first }, (_, n) => lineOf(first + n)).join('');

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'writ-download-'));
  server = createServer((request, response) => {
    const after = new URL(request.url ?? '', 'http://x').searchParams.get('after');
    const body = heading() + from(after === null ? 0 : Number(after.slice(1)) + 1);
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
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
});

const target = (): string => join(directory, 'trail');
const exported = (...more: ReadonlyArray<string>) =>
  writ(['audit', 'export', '--output', target(), ...more], { env: { WRIT_URL: url } });

describe('a download', () => {
  it('is a file of its owner alone, once it is whole', async () => {
    expect(await exported()).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(target(), 'utf8')).toBe(from(0));
    expect(statSync(target()).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['trail']);
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
    writeFileSync(target(), from(0).slice(0, from(0).indexOf(lineOf(4))));
    expect(await exported('--resume')).toMatchObject({ code: 0 });
    expect(readFileSync(target(), 'utf8')).toBe(from(0));
    // nothing came since; what a crash left of a line is gone all the same
    writeFileSync(target(), `${from(0)}{"id":"evt_of a line that`);
    expect(await exported('--resume')).toMatchObject({ code: 0 });
    expect(readFileSync(target(), 'utf8')).toBe(from(0));
  });

  it('does not go on behind what is no export', async () => {
    writeFileSync(target(), 'a letter\nto somebody\n');
    expect(await exported('--resume')).toMatchObject({ code: 2 });
    expect(readFileSync(target(), 'utf8')).toBe('a letter\nto somebody\n');
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
