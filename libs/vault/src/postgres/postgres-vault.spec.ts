import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { E, O, type Sealed } from '#libs/kernel';
import { type Link, startLink } from '../../../../test/support/link.js';
import { postgresInUse, type TestPostgres, testPostgres } from '../../../../test/support/postgres.js';
import { Keyring } from '../keyring.js';
import { type OpenedVault, right, vaultContract } from '../testing/index.js';
import { PostgresVault } from './index.js';

const keyring = new Keyring(Buffer.alloc(32, 7));
const ann = { name: 'Ann' };

let server: TestPostgres;
let database: string;
beforeAll(async () => {
  server = await testPostgres();
  database = await server.database();
});
afterAll(() => server.close());

const emptied = () => server.asSuperuser('DROP SCHEMA IF EXISTS writ_vault CASCADE', database);
const open = (connectionString = database) => right(PostgresVault.open(connectionString, keyring));

const unavailable = (cause: unknown) => E.left({ _tag: 'VaultUnavailable', cause });

vaultContract(postgresInUse, async (): Promise<OpenedVault> => {
  await emptied();
  let vault = await open();
  return {
    vault,
    reopen: async () => {
      await vault.close();
      vault = await open();
      return vault;
    },
    remove: () => vault.close(),
  };
});

describe(`a vault in ${postgresInUse}`, () => {
  let vault: PostgresVault;
  let ofAnn: Sealed;

  beforeEach(async () => {
    await emptied();
    vault = await open();
    ofAnn = await right(vault.seal('user_ann', ann));
  });
  afterEach(() => vault.close());

  /** The database, with other parts of its connection string. */
  const elsewhere = (parts: Partial<Pick<URL, 'username' | 'password' | 'host' | 'pathname'>>): string =>
    Object.assign(new URL(database), parts).href;

  const refusal = async (connectionString: string): Promise<string> => {
    const answer = await PostgresVault.open(connectionString, keyring)();
    if (E.isLeft(answer) && answer.left._tag === 'VaultUnavailable') return answer.left.cause;
    throw new Error('it was not refused');
  };

  describe('when it is opened', () => {
    it('is refused with another master key, and is none the worse for it', async () => {
      const other = await PostgresVault.open(database, new Keyring(Buffer.alloc(32, 8)))();
      expect(other).toMatchObject(
        E.left({ _tag: 'MasterKeyRefused', message: expect.stringContaining('another master key') }),
      );
      const again = await open();
      expect(await right(again.open(ofAnn))).toEqual(O.some(ann));
      await again.close();
    });

    it('is refused when a newer release wrote it', async () => {
      await server.asSuperuser('UPDATE writ_vault.made SET format = 99', database);
      expect(await refusal(database)).toContain('newer release');
    });

    it('is refused when it is not whole', async () => {
      await server.asSuperuser('DELETE FROM writ_vault.made', database);
      expect(await refusal(database)).toContain('restore');
    });

    it('is refused when the server takes no writes, as a standby does', async () => {
      const name = new URL(database).pathname.slice(1);
      await server.asSuperuser(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      expect(await refusal(database)).toMatch(/takes no writes.*\(25006\)/u);
      await server.asSuperuser(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    });

    it('is made once by several that find nothing there at once', async () => {
      await emptied();
      const vaults = await Promise.all(Array.from({ length: 6 }, () => open()));
      const boxes = await Promise.all(vaults.map((each) => right(each.seal('user_bob', ann))));
      for (const each of vaults) expect(await right(each.openMany(boxes))).toEqual(boxes.map(() => O.some(ann)));
      await Promise.all(vaults.map((each) => each.close()));
    });

    it('leaves alone what else is in the database', async () => {
      const tables = `SELECT schemaname || '.' || tablename AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname <> 'writ_vault'`;
      await server.asSuperuser('CREATE TABLE IF NOT EXISTS public.data_key (id int)', database);
      await (await open()).close();
      expect(await server.asSuperuser(tables, database)).toEqual([{ name: 'public.data_key' }]);
    });

    it('needs no right to create a schema once it is there', async () => {
      await emptied();
      const role = `writ_test_role_${process.pid}`;
      await server.asSuperuser(`CREATE ROLE ${role} LOGIN PASSWORD 'of-the-role'`, database);
      try {
        const theirs = elsewhere({ username: role, password: 'of-the-role' });
        expect(await refusal(theirs)).toMatch(/lacks a right.*\(42501\)/u);
        await server.asSuperuser(`CREATE SCHEMA writ_vault AUTHORIZATION ${role}`, database);
        for (const subject of ['user_bob', 'user_cat']) {
          const made = await open(theirs);
          await right(made.seal(subject, ann));
          await right(made.erase(subject));
          await made.close();
        }
      } finally {
        await server.asSuperuser(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`, database);
      }
    });
  });

  describe('when the server is not to be had', () => {
    const where = () => `${server.host}:${server.port}`;

    it.each([
      ['nobody listens', () => elsewhere({ host: '127.0.0.1:1' }), /at 127\.0\.0\.1:1: nothing listens there/u],
      [
        'the host is unknown',
        () => elsewhere({ host: 'nowhere.invalid:5432' }),
        /at nowhere\.invalid:5432: .*(?:no host of that name|looked up)/u,
      ],
      [
        'the password is wrong',
        () => elsewhere({ password: 'hunter2' }),
        /refuses the user or the password .*\(28P01\)/u,
      ],
      ['there is no such database', () => elsewhere({ pathname: '/nowhere' }), /no such database.*\(3D000\)/u],
    ])('says so, and no secret: %s', async (_, connectionString, said) => {
      const cause = await refusal(connectionString());
      expect(cause).toMatch(said);
      expect(cause).not.toContain('hunter2');
      expect(cause).not.toContain(new URL(database).password);
      expect(cause).not.toContain('postgres://');
    });

    it('says so of a server that takes the call and never answers', async () => {
      const mute = createServer(() => undefined).listen(0, '127.0.0.1');
      await once(mute, 'listening');
      const { port } = mute.address() as AddressInfo;
      const began = performance.now();
      expect(await refusal(elsewhere({ host: `127.0.0.1:${port}` }))).toContain(
        `at 127.0.0.1:${port}: no answer in time`,
      );
      expect(performance.now() - began).toBeLessThan(9_000);
      mute.close();
    });

    it('goes on after its connections were ended, and fails no more than what was under way', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => right(vault.ensureKey(`user_${n}`))));
      await server.asSuperuser(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'writ-vault' AND datname = current_database()`,
        database,
      );
      const first = await vault.ensureKey('user_ann')();
      if (E.isLeft(first)) expect(first).toEqual(unavailable(expect.stringContaining(`PostgreSQL at ${where()}: `)));
      expect(await vault.ensureKey('user_ann')()).toEqual(E.right(undefined));
      expect(await right(vault.open(ofAnn))).toEqual(O.some(ann));
    });
  });

  describe('at the far end of a link', () => {
    let link: Link;
    let far: PostgresVault;

    beforeEach(async () => {
      link = await startLink(server.port);
      far = await open(elsewhere({ host: `127.0.0.1:${link.port}` }));
      // Several connections, so that there are some to be lost unnoticed.
      await Promise.all(Array.from({ length: 20 }, (_, n) => right(far.ensureKey(`user_${n}`))));
    });
    afterEach(async () => {
      link.restore();
      await far.close();
      await link.close();
    });

    it('says so while it is cut, and goes on when it is mended', async () => {
      link.cut();
      const cut = unavailable(expect.stringContaining(`PostgreSQL at 127.0.0.1:${link.port}: `));
      for (let n = 0; n < 3; n += 1) expect(await far.ensureKey('user_ann')()).toEqual(cut);
      expect(await far.erase('user_ann')()).toEqual(cut);
      link.restore();
      expect(await right(far.open(ofAnn))).toEqual(O.some(ann));
    });

    it('waits for no call for ever while the link is silent, and goes on at the first call when it is mended', async () => {
      link.stall();
      const began = performance.now();
      const calls = [
        far.ensureKey('user_ann')(),
        far.seal('user_zoe', ann)(),
        far.openMany([ofAnn])(),
        far.erase('user_1')(),
      ];
      for (const answer of await Promise.all(calls)) expect(answer).toEqual(unavailable(expect.any(String)));
      expect(performance.now() - began).toBeLessThan(15_000);
      link.kill();
      link.restore();
      expect(await right(far.open(ofAnn))).toEqual(O.some(ann));
    });

    it('can be closed while the link is silent', async () => {
      link.stall();
      const asked = far.ensureKey('user_zoe')();
      const began = performance.now();
      await far.close();
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(await asked).toEqual(unavailable(expect.any(String)));
    });
  });

  it('fails for a key that was damaged in the table, instead of making another', async () => {
    await server.asSuperuser(`UPDATE writ_vault.data_key SET wrapped = decode('00ff', 'hex')`, database);
    const again = await open();
    expect(await again.ensureKey('user_ann')()).toEqual(unavailable('the stored key of user_ann is damaged'));
    expect(await again.open(ofAnn)()).toEqual(unavailable('the stored key of user_ann is damaged'));
    await again.close();
  });

  it('quotes nothing that it was given when the server refuses it', async () => {
    const answer = await vault.seal('user_\0secret', ann)();
    expect(answer).toEqual(unavailable(expect.stringMatching(/: it refuses what was asked \(22021\)$/u)));
  });
});
