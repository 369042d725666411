import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { E, O, type Sealed } from '#libs/kernel';
import { type OwnPostgres, ownPostgres } from '../../../../test/support/postgres.js';
import { Keyring } from '../keyring.js';
import { right } from '../testing/index.js';
import { PostgresVault } from './index.js';

const keyring = new Keyring(Buffer.alloc(32, 7));
const open = (database: string) => right(PostgresVault.open(database, keyring));
const many = (count: number) => Array.from({ length: count }, (_, n) => `user_${n}`);

describe('an erasure in PostgreSQL', () => {
  let server: OwnPostgres;
  let database: string;
  let vault: PostgresVault;

  beforeAll(async () => {
    server = await ownPostgres({ wal_recycle: 'off', wal_writer_delay: '10s', log_statement: 'all' });
  });
  afterAll(() => server.close());
  afterEach(() => vault.close());

  describe('on the disk', () => {
    beforeEach(async () => {
      database = await server.database();
      vault = await open(database);
      await Promise.all(many(400).map((subject) => right(vault.ensureKey(subject))));
      // Wherever a key may have got to by now: samples of columns, pages written more than once, a partition written anew.
      await server.asSuperuser('ANALYZE', database);
      await server.asSuperuser('CHECKPOINT', database);
      await right(vault.erase('user_0'));
      await server.asSuperuser('VACUUM (ANALYZE)', database);
      await server.asSuperuser('CHECKPOINT', database);
    });

    const keysOf = async (...subjects: ReadonlyArray<string>): Promise<ReadonlyArray<Buffer>> => {
      const list = subjects.map((subject) => `'${subject}'`).join();
      const sql = `SELECT wrapped FROM writ_vault.data_key WHERE subject IN (${list}) ORDER BY subject`;
      return (await server.asSuperuser(sql, database)).map(({ wrapped }) => wrapped as Buffer);
    };

    const files = (under: string): ReadonlyArray<readonly [string, Buffer]> =>
      readdirSync(join(server.directory, under), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .map((path) => [relative(server.directory, path), readFileSync(path)]);

    /** Those with any piece of the key in them, as it is, or in hex or base64. */
    const holding = (key: Buffer, among: ReturnType<typeof files>): ReadonlyArray<string> => {
      const pieces = [0, 15, 30, 45].map((from) => key.subarray(from, from + 16));
      expect(pieces.map(({ length }) => length)).toEqual([16, 16, 16, 16]);
      const hex = pieces.map((piece) => Buffer.from(piece.toString('hex')));
      const base64 = [0, 1, 2].map((from) => Buffer.from(key.subarray(from, from + 24).toString('base64')));
      const sought = [...pieces, ...hex, ...base64];
      return among.filter(([, bytes]) => sought.some((piece) => bytes.includes(piece))).map(([path]) => path);
    };

    it('takes the key out of the tables’ own files at once, and leaves the others (AMB-36)', async () => {
      const [key = Buffer.alloc(0)] = await keysOf('user_7');
      expect(holding(key, files('base'))).toHaveLength(1);
      await right(vault.erase('user_7'));
      expect(holding(key, files('base'))).toEqual([]);
      await server.asSuperuser('CHECKPOINT', database);
      const now = files('base');
      expect(holding(key, now)).toEqual([]);
      const others = await keysOf(...many(19).slice(9));
      expect(others.map((other) => holding(other, now).length)).toEqual(Array(10).fill(1));
    });

    it('takes it out of every file there is, once the WAL of that time is removed (AMB-36)', async () => {
      await right(vault.ensureKey('user_new'));
      const keys = await keysOf('user_7', 'user_new');
      expect(keys.map((key) => holding(key, files('.')).length > 0)).toEqual([true, true]);
      await right(vault.erase('user_7'));
      await right(vault.erase('user_new'));
      expect(holding(keys[1] ?? Buffer.alloc(0), files('.'))).toEqual([expect.stringMatching(/^pg_wal/u)]);
      await server.asSuperuser('SELECT pg_switch_wal()', database);
      await server.asSuperuser('CHECKPOINT', database);
      expect(keys.map((key) => holding(key, files('.')))).toEqual([[], []]);
    });

    it('finds no key in the server’s log, though that has every statement', async () => {
      const log = Buffer.from(server.log());
      expect(log.includes('INSERT INTO writ_vault.data_key VALUES ($1, $2)')).toBe(true);
      for (const key of await keysOf('user_7', 'user_8')) expect(holding(key, [['log', log]])).toEqual([]);
    });
  });

  it('and a new key, are kept when the server crashes, though its database commits without waiting', async () => {
    database = await server.database({ synchronous_commit: 'off' });
    vault = await open(database);
    const ann = await right(vault.seal('user_ann', {}));
    await right(vault.erase('user_ann'));
    const bob = await right(vault.seal('user_bob', {}));
    await right(vault.erase('user_cat'));
    await server.halt('QUIT');
    expect(await vault.ensureKey('user_bob')()).toMatchObject(E.left({ _tag: 'VaultUnavailable' }));
    await server.start();
    expect(await right(vault.openMany([ann, bob]))).toEqual([O.none, O.some({})]);
    expect(await vault.ensureKey('user_cat')()).toMatchObject(E.left({ _tag: 'SubjectErased' }));
  });

  it.each(['repeatable read', 'serializable'])(
    'hides no row and makes no second key meanwhile, where %s is the default',
    async (isolation) => {
      database = await server.database({ default_transaction_isolation: isolation });
      vault = await open(database);
      const subjects = many(400);
      const boxes = await Promise.all(subjects.map((subject) => right(vault.seal(subject, { of: subject }))));
      const gone = subjects.slice(0, 30);
      const staying = boxes.slice(30);
      const sealedMeanwhile: Sealed[] = [];
      let left = gone.length;
      const erasing = Promise.all(gone.map((subject) => right(vault.erase(subject)).finally(() => (left -= 1))));
      const names = staying.map(({ sealedFor }) => O.some({ of: sealedFor }));
      while (left > 0) {
        // Opened anew, it has nothing cached.
        const reader = await open(database);
        const reading = Array.from({ length: 4 }, () => right(reader.openMany(staying)));
        const sealing = staying.slice(0, 10).map(({ sealedFor }) => right(reader.seal(sealedFor, { of: sealedFor })));
        expect(await Promise.all(reading)).toEqual(reading.map(() => names));
        sealedMeanwhile.push(...(await Promise.all(sealing)));
        await reader.close();
      }
      await erasing;
      const later = await open(database);
      const expected = sealedMeanwhile.map(({ sealedFor }) => O.some({ of: sealedFor }));
      expect(await right(later.openMany(sealedMeanwhile))).toEqual(expected);
      await later.close();
    },
  );

  describe('with somebody in its way', () => {
    let other: pg.Client;

    beforeEach(async () => {
      database = await server.database();
      vault = await open(database);
      other = new pg.Client(database);
      await other.connect();
    });
    afterEach(() => other.end());

    it('gives up soon, says why, and is done when it is asked for again', async () => {
      const [ann, bob] = [await right(vault.seal('user_ann', {})), await right(vault.seal('user_bob', {}))];
      await other.query('BEGIN; LOCK TABLE writ_vault.data_key IN ACCESS SHARE MODE');
      const began = performance.now();
      const erasing = [vault.erase('user_ann')(), vault.erase('user_bob')()];
      await pause(500);
      const reader = await open(database);
      expect(await right(reader.openMany([ann, bob]))).toEqual([O.some({}), O.some({})]);
      await reader.close();
      const locked = E.left({
        _tag: 'VaultUnavailable',
        cause: expect.stringMatching(/a dump or a long .*\(55P03\)/u),
      });
      expect(await Promise.all(erasing)).toEqual([locked, locked]);
      expect(performance.now() - began).toBeLessThan(6_000);
      await other.query('COMMIT');
      await right(vault.erase('user_ann'));
      expect(await right(vault.openMany([ann, bob]))).toEqual([O.none, O.some({})]);
    });
  });
});
