import { type ApiKeyId, E, TE } from '#libs/kernel';
import { addressOf, type Ask, Connections } from '#libs/vault/postgres';
import type { Use, UseOfKey } from '../use.js';
import { type Known, type Report, type UsesUnavailable, usesUnavailable, UseStore } from '../use-store.js';
import { prepare } from './schema.js';

/** What a crash of the server loses is a moment's uses: nobody waits for its disk. */
const habits = { name: 'writ-uses', most: 2, session: 'SET synchronous_commit = off;' };

/** In the order of their ids: two nodes that write the same keys never wait for each other in a circle. */
const merge = `
  INSERT INTO writ_uses.last_use AS held (key_id, at, ip)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[]) AS used (key_id, at, ip) ORDER BY key_id COLLATE "C"
  ON CONFLICT (key_id) DO UPDATE SET at = excluded.at, ip = excluded.ip
  WHERE (excluded.at, coalesce(excluded.ip, '') COLLATE "C") > (held.at, coalesce(held.ip, '') COLLATE "C")`;

const forget = `
  WITH slice AS MATERIALIZED (
    SELECT key_id FROM writ_uses.last_use WHERE key_id > $1 ORDER BY key_id LIMIT $2
  ), forgotten AS (
    UPDATE writ_uses.last_use AS held SET ip = NULL FROM slice
    WHERE held.key_id = slice.key_id AND held.at < $3 AND held.ip IS NOT NULL
  ), gone AS (
    DELETE FROM writ_uses.node WHERE at < $3
  )
  SELECT max(key_id) AS last, count(*)::int AS count FROM slice`;

interface Row {
  readonly keyId: string;
  /** The driver gives 64 bits as a text. */
  readonly at: string;
  readonly ip: string | null;
}

interface NodeRow {
  readonly node: string;
  readonly at: string;
  readonly position: string | null;
}

/** The last uses of many nodes, beside the vault: a schema `writ_uses` in its database, made when it is first needed. */
export class PostgresUseStore extends UseStore {
  private readonly connections: Connections;
  private prepared: Promise<void> | undefined;

  /** Throws for a connection string that cannot be read; what it says repeats nothing of it. */
  constructor(connectionString: string) {
    super();
    const address = addressOf(connectionString);
    if (E.isLeft(address)) throw new Error(address.left);
    this.connections = new Connections(address.right, habits);
  }

  merge(uses: ReadonlyArray<UseOfKey>) {
    return this.with(async (ask) => {
      await ask(merge, [uses.map(({ keyId }) => keyId), uses.map(({ at }) => at), uses.map(({ ip }) => ip)]);
    });
  }

  report({ node, at, position, lostBefore }: Report) {
    return this.with(async (ask) => {
      if (lostBefore !== null) await ask('UPDATE writ_uses.known SET since = greatest(since, $1)', [lostBefore]);
      await ask(
        `INSERT INTO writ_uses.node AS held (node, at, position) VALUES ($1, $2, $3)
         ON CONFLICT (node) DO UPDATE SET at = excluded.at, position = excluded.position WHERE excluded.at >= held.at`,
        [node, at, position === null ? null : String(position)],
      );
    });
  }

  leave(node: string) {
    return this.with(async (ask) => {
      await ask('DELETE FROM writ_uses.node WHERE node = $1', [node]);
    });
  }

  read(keyIds: ReadonlyArray<ApiKeyId>): TE.TaskEither<UsesUnavailable, ReadonlyMap<string, Use>> {
    return this.with(async (ask) => {
      const text = 'SELECT key_id AS "keyId", at, ip FROM writ_uses.last_use WHERE key_id = ANY ($1)';
      const rows = await ask<Row>(text, [keyIds]);
      return new Map(rows.map(({ keyId, at, ip }) => [keyId, { at: Number(at), ip }]));
    });
  }

  known(): TE.TaskEither<UsesUnavailable, Known> {
    return this.with(async (ask) => {
      const [known] = await ask<{ since: string }>('SELECT since FROM writ_uses.known');
      const rows = await ask<NodeRow>('SELECT node, at, position FROM writ_uses.node ORDER BY node');
      const nodes = rows.map(({ node, at, position }) => ({
        node,
        at: Number(at),
        position: position === null ? null : BigInt(position),
      }));
      return { since: Number(known?.since), nodes };
    });
  }

  forget({ before, after, most }: Parameters<UseStore['forget']>[0]) {
    return this.with(async (ask) => {
      const [slice] = await ask<{ last: string | null; count: number }>(forget, [after, most, before]);
      return slice?.count === most ? slice.last : null;
    });
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  private with<A>(work: (ask: Ask) => Promise<A>): TE.TaskEither<UsesUnavailable, A> {
    return TE.tryCatch(
      () =>
        this.connections.accept(async () => {
          this.prepared ??= this.connections.use((ask) => prepare(ask, Date.now()));
          try {
            await this.prepared;
            return await this.connections.use(work);
          } catch (cause) {
            // Whatever it was: the tables may be gone, too.
            this.prepared = undefined;
            throw cause;
          }
        }),
      usesUnavailable,
    );
  }
}
