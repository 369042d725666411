import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { cast, makeKey, project } from '../support/cast.js';
import { startChild } from '../support/child.js';
import type { Client } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { checkLoad } from '../support/embedded-check.js';
import { eventually } from '../support/eventually.js';
import { everyItem } from '../support/pages.js';
import { expectProblem } from '../support/problem.js';
import { startServerProcess } from '../support/server-process.js';
import { together } from '../support/together.js';

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

it('a server whose disk is full says so, goes on deciding for the bound and reading, works again when there is room, and loses nothing to kill -9', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'writ-disk-'));
  const env = { WRIT_MAX_STALENESS_MS: '4000' };
  let server = await startServerProcess(directory, env);
  try {
    const { client } = server;
    const team = await cast(client);
    const alpha = await project(client, team, 'Alpha');
    const key = await makeKey(client, alpha, team.owner);
    const keysOf = (there: Client) =>
      everyItem<{ readonly name: string; readonly status: string }>(there, `/v1/projects/${alpha}/api-keys`);
    const send = (there: Client, name: string) =>
      there.post<unknown>(
        `/v1/projects/${alpha}/api-keys`,
        { name },
        { as: team.owner, headers: { 'idempotency-key': name } },
      );
    const reason = async () => (await byKey(client, key.secret, alpha)).reason;
    const expectFull = async (name: string): Promise<void> => {
      const revocation = client.ask<unknown>('DELETE', `/v1/api-keys/${key.id}`, { as: team.owner });
      for (const answer of await Promise.all([send(client, name), revocation])) {
        expectProblem(answer, 503, 'store-unavailable');
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/u);
      }
    };
    expect((await send(client, 'before')).status).toBe(201);

    await eventually(async () => (await client.get('/readyz')).status === 200);
    limitFiles(server.pid, '4096');
    await expectFull('full');
    expect(await server.logged(/^.*SQLITE_(?:IOERR|FULL).*$/mu)).toContain('StoreUnavailable');
    expect([await reason(), (await keysOf(client)).map(({ name }) => name)]).toEqual(['project-key', ['ci', 'before']]);
    // No heartbeat can be written: nobody could tell a log that stands still from one that is not followed.
    await eventually(async () => (await reason()) === 'state-too-old');
    expect((await client.get('/readyz')).status).toBe(503);
    await expectFull('full');

    limitFiles(server.pid, 'unlimited');
    await eventually(async () => (await reason()) === 'project-key');
    expect((await send(client, 'full')).status).toBe(201);
    expect((await keysOf(client)).map(({ name }) => name)).toEqual(['ci', 'before', 'full']);

    // In the middle of commands it is full again, and then the process dies.
    const answers: string[] = [];
    const working = together(6, async (hand) => {
      for (let n = 0; n < 200; n += 1) {
        const name = `${String(hand)}-${String(n)}`;
        const answer = await send(client, name).catch(() => undefined);
        if (answer?.status === 201) answers.push(name);
        if (answer === undefined) return;
      }
    });
    await eventually(() => answers.length > 12);
    limitFiles(server.pid, '4096');
    await expectFull('again');
    server.signal('SIGKILL');
    await Promise.all([server.stop(), working]);

    server = await startServerProcess(directory, env);
    const kept = await keysOf(server.client);
    for (const name of [...answers, 'before', 'full']) {
      const found = kept.filter((each) => each.name === name);
      expect([name, found.map(({ status }) => status)]).toEqual([name, ['active']]);
    }
    expect((await byKey(server.client, key.secret, alpha)).reason).toBe('project-key');
    expect((await send(server.client, 'again')).status).toBe(201);
    expect((await keysOf(server.client)).filter(({ name }) => name === 'again')).toHaveLength(1);
  } finally {
    server.signal('SIGKILL');
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}, 60_000);
