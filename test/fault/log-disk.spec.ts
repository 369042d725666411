import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { startTestServer, temporaryDirectory } from '../support/test-server.js';

it('a server whose log can be written no more goes on serving, and logs again when there is room', async () => {
  // Made elsewhere, so that its directory is whole before nothing can be written any more.
  const made = await startTestServer({ dataDir: temporaryDirectory() });
  await made.stop();
  const path = join(made.dataDir, 'log');
  const log = openSync(path, 'a');
  const program = ['dist/apps/server/src/main.js'];
  const env = { PATH: process.env['PATH'], WRIT_PORT: '0', WRIT_DATA_DIR: made.dataDir };
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', log, 'ignore'] });
  const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`]);
  const written = () => readFileSync(path, 'utf8');
  try {
    await eventually(() => /^Writ serves on .*$/mu.test(written()));
    const [, url = ''] = /^Writ serves on (\S+)/mu.exec(written()) ?? [];
    const health = async () => (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).status;
    limit('1');
    for (let n = 0; n < 10; n += 1) {
      expect(await health()).toBe(200);
      await delay(100);
    }
    const before = written().length;
    limit('unlimited');
    await eventually(async () => (await health()) === 200 && written().length > before);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    closeSync(log);
    await made.remove();
  }
});
