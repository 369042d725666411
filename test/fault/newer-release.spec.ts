import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { cast, makeKey, project } from '../support/cast.js';
import { byKey } from '../support/decisions.js';
import { type TestPostgres, postgresInUse, testPostgres } from '../support/postgres.js';
import { failedStart, startServerProcess } from '../support/server-process.js';
import { startStandIn } from '../support/stand-in/stand-in.js';
import { startTestServer, temporaryDirectory } from '../support/test-server.js';

/** A server that must not start: what it said. */
const refusal = async (env: Readonly<Record<string, string>>): Promise<string> => {
  const { code, stdout, stderr } = await failedStart(env);
  expect(code).toBe(1);
  expect(stdout).not.toContain('Writ serves on');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return stderr;
};

/** The format that a SQLite file says it has. */
const setFormat = (path: string, format: number): void => {
  const db = new Database(path);
  db.pragma(`user_version = ${String(format)}`);
  db.close();
};

it.each([
  ['log', 'events.db'],
  ['vault', 'vault.db'],
])('a data directory whose %s a newer release wrote is refused, and left as it is', async (_, file) => {
  const made = await startTestServer({ dataDir: temporaryDirectory() });
  try {
    const team = await cast(made.client);
    const alpha = await project(made.client, team, 'Alpha');
    const { secret } = await makeKey(made.client, alpha, team.owner);
    await made.stop();
    setFormat(join(made.dataDir, file), 99);

    const said = await refusal({ WRIT_DATA_DIR: made.dataDir });
    expect(said).toContain(made.dataDir);
    expect(said).toMatch(/newer (?:version|release) wrote it|written by a newer release/u);
    expect(said).toMatch(/start that one/u);

    // The newer one would find what it left.
    setFormat(join(made.dataDir, file), 1);
    const again = await startServerProcess(made.dataDir);
    expect((await byKey(again.client, secret, alpha)).reason).toBe('project-key');
    await again.stop();
  } finally {
    await made.remove();
  }
});

describe(`a vault in PostgreSQL that a newer release wrote (${postgresInUse})`, () => {
  let server: TestPostgres;
  let env: Readonly<Record<string, string>>;
  const dataDir = temporaryDirectory();

  beforeAll(async () => {
    server = await testPostgres();
    const vault = await server.database();
    env = { WRIT_VAULT: vault, WRIT_MASTER_KEY: randomBytes(32).toString('base64'), WRIT_DATA_DIR: dataDir };
    const made = await startTestServer({ dataDir, env });
    await made.stop();
    await server.asSuperuser('UPDATE writ_vault.made SET format = 99', vault);
  });
  afterAll(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const expectRefusal = (said: string): void => {
    expect(said).toContain(`${server.host}:${String(server.port)}`);
    expect(said).toContain('was written by a newer release');
    expect(said).toMatch(/start that one/u);
    // The connection string has a password in it.
    expect(said).not.toContain('postgres://');
  };

  it('is refused beside the embedded log', async () => {
    expectRefusal(await refusal(env));
  });

  it('is refused beside a log over the wire', async () => {
    const standIn = await startStandIn();
    try {
      expectRefusal(await refusal({ ...env, WRIT_EVENT_STORE: standIn.connectionString }));
    } finally {
      await standIn.close();
    }
  });
});
