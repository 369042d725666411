import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { E, O, type Sealed } from '#libs/kernel';
import { eventually } from '../../../../test/support/eventually.js';
import { startLink } from '../../../../test/support/link.js';
import { postgresInUse, type TestPostgres, testPostgres } from '../../../../test/support/postgres.js';
import { Keyring } from '../keyring.js';
import { right } from '../testing/index.js';
import type { Vault } from '../vault.js';
import { PostgresVault } from './index.js';

const keyring = new Keyring(Buffer.alloc(32, 7));
const open = (database: string) => right(PostgresVault.open(database, keyring));
const ann = { name: 'Ann' };

describe(`two vaults in ${postgresInUse}`, () => {
  let server: TestPostgres;
  let database: string;
  let here: Vault;
  let there: Vault;
  let sealed: Sealed;

  beforeAll(async () => {
    server = await testPostgres();
  });
  afterAll(() => server.close());

  beforeEach(async () => {
    database = await server.database();
    there = await open(database);
    sealed = await right(there.seal('user_ann', ann));
  });
  afterEach(async () => {
    await here.close();
    await there.close();
  });

  const by = (port: number): string => {
    const url = new URL(database);
    url.host = `127.0.0.1:${port}`;
    return url.href;
  };

  const name = () => new URL(database).pathname.slice(1);

  /** The server's processes that a vault listens to, and is sure of. */
  const listeners = async (): Promise<ReadonlyArray<unknown>> => {
    const sql = `SELECT pid FROM pg_stat_activity
      WHERE datname = '${name()}' AND query LIKE '%pg_backend_pid%' AND pid <> pg_backend_pid()`;
    return (await server.asSuperuser(sql)).map(({ pid }) => pid);
  };
  const killListeners = async (): Promise<void> => {
    for (const pid of await listeners()) await server.asSuperuser(`SELECT pg_terminate_backend(${String(pid)})`);
  };

  /** Turns a bit of the stored keys, or turns it back. */
  const spoil = () =>
    server.asSuperuser(
      'UPDATE writ_vault.data_key SET wrapped = set_bit(wrapped, 99, 1 - get_bit(wrapped, 99))',
      database,
    );

  /** Waits until `here` takes keys from its cache: it opens what the table has no good key for. */
  const cached = async (box = sealed): Promise<void> => {
    await eventually(async () => {
      await right(here.open(box));
      await spoil();
      const opened = E.isRight(await here.open(box)());
      await spoil();
      return opened;
    });
  };

  it('have one key, whoever made it, and what one erases the other opens no more (AMB-36)', async () => {
    here = await open(database);
    expect(await right(here.open(sealed))).toEqual(O.some(ann));
    await cached();
    await right(there.erase('user_ann'));
    await eventually(async () => O.isNone(await right(here.open(sealed))), 1_000);
    expect(await here.seal('user_ann', ann)()).toEqual(E.left({ _tag: 'SubjectErased', subject: 'user_ann' }));
  });

  it('nor does it when the connection that would have heard of it was killed before', async () => {
    here = await open(database);
    await cached();
    await killListeners();
    await right(there.erase('user_ann'));
    expect(await right(here.open(sealed))).toEqual(O.none);
  });

  it('nor does it while that connection cannot come back, or when it has come back', async () => {
    here = await open(database);
    const ofBob = await right(there.seal('user_bob', ann));
    await cached();
    const pids = await listeners();
    await server.asSuperuser(`ALTER DATABASE ${name()} ALLOW_CONNECTIONS false`);
    for (const pid of pids) await server.asSuperuser(`SELECT pg_terminate_backend(${String(pid)})`);
    expect(await right(here.open(ofBob))).toEqual(O.some(ann)); // read from the table, and kept
    await right(there.erase('user_ann'));
    await right(there.erase('user_bob'));
    for (let n = 0; n < 5; n += 1) {
      expect(await right(here.openMany([sealed, ofBob]))).toEqual([O.none, O.none]);
      await pause(100);
    }
    const ofCat = await right(there.seal('user_cat', ann));
    expect(await right(here.open(ofCat))).toEqual(O.some(ann));
    await right(there.erase('user_cat'));
    await server.asSuperuser(`ALTER DATABASE ${name()} ALLOW_CONNECTIONS true`);
    await cached(await right(there.seal('user_dan', ann)));
    expect(await right(here.openMany([sealed, ofBob, ofCat]))).toEqual([O.none, O.none, O.none]);
  });

  it('nor does it when its link has gone silent without a word', async () => {
    const link = await startLink(server.port);
    here = await open(by(link.port));
    await cached();
    link.stall();
    await right(there.erase('user_ann'));
    await pause(3_000);
    expect(await here.open(sealed)()).toMatchObject(E.left({ _tag: 'VaultUnavailable' }));
    link.kill();
    link.restore();
    expect(await right(here.open(sealed))).toEqual(O.none);
    await cached(await right(there.seal('user_cat', ann)));
    await here.close();
    await link.close();
  });

  it('nor does it when its process stood still meanwhile, and has not heard of it yet', async () => {
    here = await open(database);
    const client = new pg.Client(database);
    await client.connect();
    await cached();
    const erasing = client.query(`UPDATE writ_vault.data_key SET wrapped = NULL; NOTIFY writ_vault_erased, 'user_ann'`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_100);
    expect(await right(here.open(sealed))).toEqual(O.none);
    await erasing;
    await client.end();
  });

  it('do not trust a pooler, which drops what it hears between two questions', async () => {
    const pooler = await startPooler(server.port);
    here = await open(by(pooler.port));
    await eventually(() => pooler.connections() >= 4); // one to open it, and three that wanted to listen
    await right(here.open(sealed));
    await spoil();
    expect(await here.open(sealed)()).toMatchObject(E.left({ _tag: 'VaultUnavailable' }));
    await here.close();
    pooler.close();
  });
});

/** Says, as a pooler does, that the process behind the connection is another than it is. */
const startPooler = async (to: number) => {
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(to, '127.0.0.1');
    client.on('error', () => upstream.destroy()).pipe(upstream);
    upstream
      .on('error', () => client.destroy())
      .on('data', (bytes) => {
        const at = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12])); // BackendKeyData: length, process, secret
        if (at !== -1) bytes.writeInt32BE(4_711, at + 5);
        client.write(bytes);
      });
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, connections: () => connections, close: () => server.close() };
};
