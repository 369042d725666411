import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writ } from '../../../../test/support/terminal.js';

const hostile = 'a\u009bb\u202ec\u007f';
const line = {
  line: 1,
  status: 'refused',
  externalId: hostile,
  error: { code: hostile, detail: '', errors: [{ pointer: hostile, detail: hostile }] },
};
const summary = { refused: 1, complete: true, [hostile]: hostile };

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.end(`${JSON.stringify(line)}\n${JSON.stringify(summary)}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

describe('the report on an import', () => {
  const told = (...more: ReadonlyArray<string>) =>
    writ(['import', '-', ...more], { env: { WRIT_URL: url }, stdin: '{}\n' });

  it.each([[[]], [['--json']], [['--ndjson']]])('steers no terminal, whatever the server says: %j', async (more) => {
    const { code, out } = await told(...more);
    expect([code, out.includes('refused')]).toEqual([5, true]);
    expect(out).not.toMatch(/[\u009b\u202e\u007f]/u);
  });

  it('is the same value all the same', async () => {
    expect(JSON.parse((await told('--json')).out)).toEqual({ ...summary, lines: [line] });
    const lines = (await told('--ndjson')).out.trim().split('\n');
    expect(lines.map((text) => JSON.parse(text) as unknown)).toEqual([line, summary]);
  });
});
