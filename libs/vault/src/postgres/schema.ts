import type { Ask } from './connections.js';

export const FORMAT = 1;

/** What an erasure writes anew is one of these: some 16,000 keys in a vault of a million. For good: rows lie by it. */
const PARTITIONS = 64;

/** Of the advisory lock, which is one per database: "writ" in ASCII. */
const LOCK = 0x77726974;

/** For several processes, each of which finds nothing at its first start, to wait for each other. */
const PATIENCE = 30_000;

const partitions = Array.from(
  { length: PARTITIONS },
  (_, n) => `
  CREATE TABLE writ_vault.data_key_${n} PARTITION OF writ_vault.data_key
    FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${n});
  ALTER TABLE writ_vault.data_key_${n} ALTER wrapped SET STATISTICS 0;`,
);

/**
 * `wrapped` is null once erased: the row that stays is the tombstone. A key must lie in its partition's own file and
 * nowhere else: PLAIN keeps it out of a TOAST table, STATISTICS 0 out of the samples that ANALYZE takes. No constraint names it,
 * as an error would quote the row. COLLATE "C" compares bytes, so that no two ids are one, on any server.
 */
const schema = `
  CREATE TABLE writ_vault.data_key (subject text COLLATE "C" PRIMARY KEY, wrapped bytea) PARTITION BY HASH (subject);
  ALTER TABLE writ_vault.data_key ALTER subject SET STORAGE PLAIN, ALTER wrapped SET STORAGE PLAIN,
    ALTER wrapped SET STATISTICS 0;
  ${partitions.join('')}
  CREATE TABLE writ_vault.made (one boolean PRIMARY KEY CHECK (one), format integer NOT NULL, master_check text NOT NULL);
`;

/** How a vault was made. */
export interface Made {
  readonly format: number;
  readonly checkValue: string;
}

/**
 * Makes the vault in a schema of its own unless it is there, and says how it was made. Where the schema is there, no right to
 * create one is needed.
 */
export const prepare = async (ask: Ask, checkValue: string): Promise<Made | undefined> => {
  await ask('BEGIN');
  await ask(`SET LOCAL lock_timeout = ${PATIENCE}; SET LOCAL statement_timeout = ${PATIENCE}`);
  await ask('SELECT pg_advisory_xact_lock($1)', [LOCK], PATIENCE);
  const [found] = await ask<{ schema: boolean; tables: boolean }>(
    `SELECT to_regnamespace('writ_vault') IS NOT NULL AS schema, to_regclass('writ_vault.made') IS NOT NULL AS tables`,
  );
  if (found?.schema === false) await ask('CREATE SCHEMA writ_vault');
  if (found?.tables === false) {
    await ask(schema, [], PATIENCE);
    await ask('INSERT INTO writ_vault.made VALUES (true, $1, $2)', [FORMAT, checkValue]);
  }
  // For update, as a server that takes no writes is to say so now.
  const [made] = await ask<Made>('SELECT format, master_check AS "checkValue" FROM writ_vault.made FOR UPDATE');
  await ask('COMMIT');
  return made;
};
