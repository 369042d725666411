import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cast, type Cast, makeKey, person, project } from '../support/cast.js';
import type { Answer } from '../support/client.js';
import { byKey } from '../support/decisions.js';
import { everyItem } from '../support/pages.js';
import { begunServer, failedStart, type ServerProcess, startServerProcess } from '../support/server-process.js';
import { temporaryDirectory } from '../support/test-server.js';

let dataDir: string;
let running: ServerProcess[];

const start = async (env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> => {
  const server = await startServerProcess(dataDir, env);
  running.push(server);
  return server;
};

beforeEach(() => {
  dataDir = temporaryDirectory();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

const refusesConnections = async (url: string): Promise<boolean> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
};

/** Sends the head of a request and the first half of its body; `rest` sends the other and reads the answer. */
const halfSent = async (server: ServerProcess, path: string, body: object, as: string) => {
  const { hostname, port } = new URL(server.url);
  const socket: Socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const text = JSON.stringify(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: writ',
    `authorization: Bearer ${server.client.operatorToken}`,
    `writ-act-as: ${as}`,
    'content-type: application/json',
    `content-length: ${String(text.length)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${text.slice(0, 5)}`);
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    answer += part;
  });
  const closed = once(socket, 'close');
  return {
    rest: async (): Promise<string> => {
      socket.write(text.slice(5));
      await closed;
      return answer;
    },
  };
};

describe('SIGTERM', () => {
  it('lets what is in flight finish, takes nothing new, and ends with 0', async () => {
    const first = await start();
    const everyone = await cast(first.client);
    const path = `/v1/organizations/${everyone.organization}/projects`;
    const requests = await Promise.all(
      Array.from({ length: 8 }, (_, n) => halfSent(first, path, { name: `Late ${String(n)}` }, everyone.owner)),
    );
    await delay(200);
    const asked = Date.now();
    first.signal('SIGTERM');
    for (let waited = 0; waited < 3_000 && !(await refusesConnections(first.url)); waited += 20) await delay(20);
    expect(await refusesConnections(first.url)).toBe(true);
    const answers = await Promise.all(requests.map(({ rest }) => rest()));
    const { code } = await first.stop();
    expect(code).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 201 /u);

    const second = await start();
    const made = answers.map((answer) => (JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as { id: string }).id);
    const kept = await everyItem<{ readonly id: string }>(second.client, path);
    expect(kept.map(({ id }) => id)).toEqual(expect.arrayContaining(made));
  });

  it('under load loses nothing that it acknowledged, and answers nothing with 5xx', async () => {
    const first = await start();
    const everyone = await cast(first.client);
    const projectId = await project(first.client, everyone, 'Busy');
    const answers: Answer<{ readonly id: string; readonly secret: string }>[] = [];
    let stopping = false;
    const write = async (): Promise<void> => {
      while (!stopping) {
        const asked = first.client.post<{ readonly id: string; readonly secret: string }>(
          `/v1/projects/${projectId}/api-keys`,
          { name: 'busy' },
          { as: everyone.owner },
        );
        // After the signal a connection may be closed before a request is taken: that one is the caller's to repeat.
        const answer = await asked.catch(() => undefined);
        if (answer === undefined) return;
        answers.push(answer);
      }
    };
    const writers = Array.from({ length: 8 }, write);
    await delay(400);
    first.signal('SIGTERM');
    const ended = first.stop();
    await Promise.all(writers);
    stopping = true;
    expect((await ended).code).toBe(0);
    expect(answers.length).toBeGreaterThan(10);
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    const finished = first.output().match(/"route":"\/v1\/projects\/:projectId\/api-keys","status":201/gu) ?? [];
    expect(answers.length).toBe(finished.length);

    const second = await start();
    const kept = await everyItem<{ readonly id: string }>(second.client, `/v1/projects/${projectId}/api-keys`);
    expect(kept.map(({ id }) => id)).toEqual(expect.arrayContaining(answers.map(({ body }) => body.id)));
    for (const { body } of answers.slice(-3))
      expect(await byKey(second.client, body.secret, projectId)).toMatchObject({ decision: true });
  });

  it('while it starts, with nothing to finish yet, ends it with 0 at once', async () => {
    // It takes connections and says nothing: a log that a start waits for, for half a minute.
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const connected = once(silent, 'connection');
    const asked = Date.now();
    const starting = begunServer({
      WRIT_DATA_DIR: dataDir,
      WRIT_EVENT_STORE: `esdb://127.0.0.1:${String(port)}?tls=false`,
      WRIT_VAULT: 'postgres://writ@127.0.0.1:1/writ',
      WRIT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    });
    const [socket] = (await connected) as [Socket];
    starting.signal('SIGTERM');
    expect(await starting.ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(Date.now() - asked).toBeLessThan(10_000);
    socket.destroy();
    silent.close();
  });

  it('SIGINT is the same', async () => {
    const server = await start();
    server.signal('SIGINT');
    expect((await server.stop()).code).toBe(0);
    expect(server.output()).toContain('"stopped"');
  });
});

it('a second process on the same directory is refused, and the first goes on', async () => {
  const first = await start();
  const { code, stderr, stdout } = await failedStart({ WRIT_DATA_DIR: dataDir });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Writ cannot start: /u);
  expect(stderr).toContain(dataDir);
  expect(stderr).toMatch(/another process|in use|already/iu);
  expect(stderr).not.toMatch(/\n\s+at /u);
  expect(stdout).toBe('');
  expect((await first.client.get('/readyz', { token: null })).status).toBe(200);
  expect(await person(first.client, 'later')).toMatch(/^user_/u);
});

describe('a wrong configuration', () => {
  const secret = 'S3cretTh4tMustNotShow';
  // every variable's own faults are in config.spec.ts; here is that the process says them and no more
  const wrong: ReadonlyArray<readonly [string, string]> = [
    ['WRIT_PORT', '65536'],
    ['WRIT_MASTER_KEY', Buffer.from(secret).toString('base64')],
    ['WRIT_OPERATOR_TOKEN', secret],
    ['WRIT_EVENT_STORE', `esdb://user:${secret}@host:2113`],
    ['WRIT_OIDC_ISSUERS', `[{"name":"idp","issuer":"https://${secret}.example"}]`],
    ['WRIT_DATADIR', secret],
  ];

  it.each(wrong)('in %s stops the start with its name, not its value (%#)', async (name, value) => {
    const { code, stderr, stdout } = await failedStart({ WRIT_DATA_DIR: dataDir, [name]: value });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Writ cannot start/u);
    expect(stderr).toContain(name);
    expect(stdout).toBe('');
    if (value.includes(secret)) expect(stderr).not.toContain(secret);
    expect(stderr).not.toContain(Buffer.from(secret).toString('base64'));
    expect(stderr).not.toMatch(/\n\s+at /u);
  });

  it('tells every fault at once', async () => {
    const { stderr } = await failedStart({ WRIT_DATA_DIR: dataDir, WRIT_PORT: 'x', WRIT_ROLES: 'y', WRIT_HOST: ' ' });
    for (const name of ['WRIT_PORT', 'WRIT_ROLES', 'WRIT_HOST']) expect(stderr).toContain(name);
  });

  it('is also another master key than the data was written with', async () => {
    const first = await start();
    await person(first.client, 'kept');
    await first.stop();
    const key = Buffer.alloc(32, 7).toString('base64');
    const { code, stderr } = await failedStart({ WRIT_DATA_DIR: dataDir, WRIT_MASTER_KEY: key });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Writ cannot start: .*master/isu);
    expect(stderr).not.toContain(key);
  });

  it('is also an operator token that others can read', async () => {
    writeFileSync(join(dataDir, 'operator.token'), `wop_${'a'.repeat(64)}`, { mode: 0o644 });
    const { code, stderr } = await failedStart({ WRIT_DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(stderr).toContain('operator.token');
    expect(stderr).not.toContain('aaaa');
  });
});

describe('what is served', () => {
  it('has health on its own port where WRIT_OPS_PORT says so, and nothing else there', async () => {
    const server = await start({ WRIT_OPS_PORT: '0' });
    const line = await server.logged(/^.*"msg":"serving".*$/mu);
    const { url, opsUrl } = JSON.parse(line) as { readonly url: string; readonly opsUrl: string };
    expect(url).toBe(server.url);
    expect(opsUrl).not.toBe(url);
    const statusOf = async (address: string): Promise<number> =>
      (await fetch(address, { headers: { authorization: `Bearer ${server.client.operatorToken}` } })).status;
    expect(await Promise.all(['/healthz', '/readyz'].map((path) => statusOf(`${opsUrl}${path}`)))).toEqual([200, 200]);
    expect(await Promise.all(['/healthz', '/readyz'].map((path) => statusOf(`${url}${path}`)))).toEqual([404, 404]);
    expect([await statusOf(`${url}/v1/accounts`), await statusOf(`${opsUrl}/v1/accounts`)]).toEqual([200, 404]);
  });

  it('is decisions alone where WRIT_ROLES says so', async () => {
    const whole = await start();
    const everyone: Cast = await cast(whole.client);
    const { secret } = await makeKey(whole.client, everyone.defaultProject, everyone.owner);
    await whole.stop();
    const { client } = await start({ WRIT_ROLES: 'decisions' });
    expect(await byKey(client, secret, everyone.defaultProject)).toMatchObject({ decision: true });
    expect((await client.get('/v1/whoami', { token: secret })).status).toBe(200);
    expect((await client.get('/readyz', { token: null })).status).toBe(200);
    for (const path of ['/v1/accounts', '/v1/me', `/v1/organizations/${everyone.organization}`, '/v1/audit/events'])
      expect([path, (await client.get(path, { as: everyone.owner })).status]).toEqual([path, 404]);
    expect((await client.post('/v1/organizations', { name: 'No' }, { as: everyone.owner })).status).toBe(404);
  });

  it('answers over the token that the configuration gives, and makes no file of it', async () => {
    const token = `configured-${'x'.repeat(40)}`;
    const server = await start({ WRIT_OPERATOR_TOKEN: token });
    expect(await person(server.client, 'one')).toMatch(/^user_/u);
    expect(server.output()).not.toContain(token);
    expect(existsSync(join(dataDir, 'operator.token'))).toBe(false);
  });
});
