import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { E, O } from '#libs/kernel';
import { type OwnPostgres, ownPostgres } from '../../../../test/support/postgres.js';
import { Keyring } from '../keyring.js';
import { right } from '../testing/index.js';
import { PostgresVault } from './index.js';

const keyring = new Keyring(Buffer.alloc(32, 7));
const open = (database: string) => right(PostgresVault.open(database, keyring));
const many = (count: number) => Array.from({ length: count }, (_, n) => `user_${n}`);

describe('an erasure in PostgreSQL', () => {
  let server: OwnPostgres;
  beforeAll(async () => {
    server = await ownPostgres({ wal_recycle: 'off', synchronous_commit: 'off', wal_writer_delay: '10s' });
  });
  afterAll(() => server.close());

  describe('on the disk', () => {
    let database: string;
    let vault: PostgresVault;
    let keys: ReadonlyMap<string, Buffer>;
    const erased = 'user_7';

    beforeEach(async () => {
      database = await server.database();
      vault = await open(database);
      await Promise.all(many(400).map((subject) => right(vault.ensureKey(subject))));
      // Wherever a key may have got to: samples of columns, pages written more than once, the page's map, a row that moved.
      await server.asSuperuser('ANALYZE; CHECKPOINT', database);
      await right(vault.erase('user_8'));
      await server.asSuperuser('VACUUM (ANALYZE)', database);
      await server.asSuperuser('CHECKPOINT', database);
      const rows = await server.asSuperuser('SELECT subject, wrapped FROM writ_vault.data_key', database);
      keys = new Map(rows.map(({ subject, wrapped }) => [subject as string, wrapped as Buffer]));
    });
    afterEach(() => vault.close());

    /** The files with a piece of the subject's wrapped key in them, as it is or in hex or base64. */
    const filesWith = (subject: string, under: string): ReadonlyArray<string> => {
      const key = keys.get(subject) ?? Buffer.alloc(0);
      const pieces = [0, 15, 30, 45].map((from) => key.subarray(from, from + 16));
      expect(pieces.map(({ length }) => length)).toEqual([16, 16, 16, 16]);
      const written = pieces.flatMap((piece) => [piece, Buffer.from(piece.toString('hex'))]);
      const sought = [
        ...written,
        ...[0, 1, 2].map((from) => Buffer.from(key.subarray(from, from + 24).toString('base64'))),
      ];
      const root = join(server.directory, under);
      return readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((path) => {
          const bytes = readFileSync(path);
          return sought.some((piece) => bytes.includes(piece));
        })
        .map((path) => relative(server.directory, path));
    };

    it('takes the key out of the files of the tables at once (AMB-36)', async () => {
      expect(filesWith(erased, 'base')).toHaveLength(1);
      await right(vault.erase(erased));
      expect(filesWith(erased, 'base')).toEqual([]);
      await server.asSuperuser('CHECKPOINT', database);
      expect(filesWith(erased, 'base')).toEqual([]);
      many(400)
        .slice(9)
        .forEach((subject) => expect([subject, filesWith(subject, 'base').length]).toEqual([subject, 1]));
    });

    it('takes it out of all files there are, once the WAL that had it is removed (AMB-36)', async () => {
      await right(vault.erase(erased));
      expect(filesWith(erased, '.')).toEqual([expect.stringMatching(/^pg_wal/u)]);
      await server.asSuperuser('SELECT pg_switch_wal()', database);
      await server.asSuperuser('CHECKPOINT', database);
      expect(filesWith(erased, '.')).toEqual([]);
      expect(filesWith('user_9', '.')).toHaveLength(1);
    });
  });
});
