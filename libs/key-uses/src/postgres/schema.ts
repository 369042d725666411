import type { Ask } from '#libs/vault/postgres';

const FORMAT = 1;

/** Of the advisory lock, which is one per database: "uses" in ASCII. */
const LOCK = 0x75736573;

/** For several nodes, each of which finds nothing at its first start, to wait for each other. */
const PATIENCE = 10_000;

/**
 * COLLATE "C" compares bytes, as the other adapter does, on any server. Room in each page, and no index but the key's, so
 * that most updates stay in their page.
 */
const schema = `
  CREATE TABLE writ_uses.last_use (
    key_id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, ip text COLLATE "C"
  ) WITH (fillfactor = 70);
  CREATE TABLE writ_uses.node (node text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, position text COLLATE "C");
  CREATE TABLE writ_uses.known (one boolean PRIMARY KEY CHECK (one), format integer NOT NULL, since bigint NOT NULL);
`;

/**
 * How far a node had applied the log came later. The format stays as it is: an older node goes on beside newer ones, and its rows
 * say nothing of it. Looked for first, as to add nothing needs the table's owner all the same.
 */
const hasPosition = `SELECT 1 FROM information_schema.columns
  WHERE table_schema = 'writ_uses' AND table_name = 'node' AND column_name = 'position'`;
const revised = 'ALTER TABLE writ_uses.node ADD COLUMN position text COLLATE "C"';

/** Makes the tables in a schema of their own, unless they are there. Where the schema is there, no right to create one is needed. */
export const prepare = async (ask: Ask, now: number): Promise<void> => {
  await ask('BEGIN');
  await ask(`SET LOCAL lock_timeout = ${String(PATIENCE)}; SET LOCAL statement_timeout = ${String(PATIENCE)}`);
  await ask('SELECT pg_advisory_xact_lock($1)', [LOCK], PATIENCE);
  const [found] = await ask<{ schema: boolean; tables: boolean }>(
    `SELECT to_regnamespace('writ_uses') IS NOT NULL AS schema, to_regclass('writ_uses.known') IS NOT NULL AS tables`,
  );
  if (found?.schema === false) await ask('CREATE SCHEMA writ_uses');
  if (found?.tables === false) await ask(schema);
  else if ((await ask(hasPosition)).length === 0) await ask(revised);
  await ask('INSERT INTO writ_uses.known VALUES (true, $1, $2) ON CONFLICT DO NOTHING', [FORMAT, now]);
  const [made] = await ask<{ format: number }>('SELECT format FROM writ_uses.known');
  if (made === undefined || made.format > FORMAT)
    throw new Error('its schema writ_uses was written by a newer release: start that one, or drop the schema');
  await ask('COMMIT');
};
