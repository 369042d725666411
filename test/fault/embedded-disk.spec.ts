import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startChild } from '../support/child.js';
import { checkLoad } from '../support/embedded-check.js';

/** To the process this is what a full disk is: writes past the limit fail. */
const limitFiles = (pid: number, bytes: string): void => {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
};

it('an embedded store whose disk is full refuses appends, loses none, and goes on when there is room', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'writ-disk-'));
  const child = startChild('embedded-appender.ts', directory, 'full');
  try {
    await child.said('done');
    limitFiles(child.pid, '4096');
    expect(await child.said('failed')).toContain('StoreUnavailable');
    // Refused again: the first failure has not left the writer in a state of its own.
    await child.said('failed');
    limitFiles(child.pid, 'unlimited');
    for (let n = 0; n < 100; n += 1) await child.said('done');
    await child.kill();
    await checkLoad(directory, 'full', child.lines);
  } finally {
    await child.kill();
    await rm(directory, { recursive: true, force: true });
  }
});
