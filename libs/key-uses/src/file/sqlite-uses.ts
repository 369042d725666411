import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Use, UseOfKey } from '../use.js';
import type { Known, KnownNode, Report } from '../use-store.js';

const FORMAT = 2;

const schema = `
  CREATE TABLE IF NOT EXISTS last_use (key_id TEXT PRIMARY KEY, at INTEGER NOT NULL, ip TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS node (node TEXT PRIMARY KEY, at INTEGER NOT NULL, position TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS known (one INTEGER PRIMARY KEY CHECK (one = 1), since INTEGER NOT NULL);
`;

/** Of format 1: nodes did not say how far they had applied the log. */
const revised = 'ALTER TABLE node ADD COLUMN position TEXT';

/** A position may have more bits than a number of SQLite's. */
const putNode = `
  INSERT INTO node VALUES (?, ?, ?) ON CONFLICT (node) DO UPDATE SET at = excluded.at, position = excluded.position
  WHERE excluded.at >= node.at`;

const later = `(excluded.at, coalesce(excluded.ip, '')) > (last_use.at, coalesce(last_use.ip, ''))`;

const leftOver = (path: string): boolean => (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

/**
 * One SQLite file, written in the event loop, so nothing in here may wait for the disk: no flush at all. Killed, the
 * process has lost nothing that it wrote; when the machine dies, the file may be damaged, and is looked through at the
 * next start, which finds the WAL of a process that did not end in order.
 */
export class SqliteUses {
  private readonly db: Database.Database;

  constructor(path: string) {
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    const unfinished = leftOver(path);
    this.db = new Database(path, { timeout: 1_000 });
    try {
      this.prepare(path, unfinished);
    } catch (cause) {
      this.db.close();
      throw cause;
    }
  }

  merge(uses: ReadonlyArray<UseOfKey>): void {
    const put = this.db.prepare<[string, number, string | null]>(
      `INSERT INTO last_use VALUES (?, ?, ?) ON CONFLICT (key_id) DO UPDATE SET at = excluded.at, ip = excluded.ip WHERE ${later}`,
    );
    this.db.transaction(() => {
      for (const { keyId, at, ip } of uses) put.run(keyId, at, ip);
    })();
  }

  report({ node, at, position, lostBefore }: Report): void {
    this.db.transaction(() => {
      this.db.prepare(putNode).run(node, at, position === null ? null : String(position));
      if (lostBefore !== null) this.db.prepare('UPDATE known SET since = max(since, ?)').run(lostBefore);
    })();
  }

  leave(node: string): void {
    this.db.prepare('DELETE FROM node WHERE node = ?').run(node);
  }

  read(keyIds: ReadonlyArray<string>): ReadonlyMap<string, Use> {
    const rows = this.db
      .prepare<[string], UseOfKey>(
        'SELECT key_id AS keyId, at, ip FROM last_use WHERE key_id IN (SELECT value FROM json_each(?))',
      )
      .all(JSON.stringify(keyIds));
    return new Map(rows.map(({ keyId, at, ip }) => [keyId, { at, ip }]));
  }

  known(): Known {
    const known = this.db.prepare<[], { since: number }>('SELECT since FROM known').get();
    const rows = this.db
      .prepare<[], Omit<KnownNode, 'position'> & { position: string | null }>('SELECT * FROM node ORDER BY node')
      .all();
    const nodes = rows.map(({ position, ...row }) => ({
      ...row,
      position: position === null ? null : BigInt(position),
    }));
    return { since: known?.since ?? 0, nodes };
  }

  forget({ before, after, most }: { before: number; after: string; most: number }): string | null {
    const last = this.db
      .prepare<[string, number], { keyId: string }>(
        'SELECT key_id AS keyId FROM last_use WHERE key_id > ? ORDER BY key_id LIMIT 1 OFFSET ?',
      )
      .get(after, most - 1);
    const slice = last === undefined ? 'key_id > ?' : 'key_id > ? AND key_id <= ?';
    const bounds = last === undefined ? [after] : [after, last.keyId];
    this.db
      .prepare(`UPDATE last_use SET ip = NULL WHERE ${slice} AND at < ? AND ip IS NOT NULL`)
      .run(...bounds, before);
    this.db.prepare('DELETE FROM node WHERE at < ?').run(before);
    return last?.keyId ?? null;
  }

  close(): void {
    this.db.close();
  }

  private prepare(path: string, unfinished: boolean): void {
    this.db.pragma('locking_mode = EXCLUSIVE');
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('synchronous = OFF');
    this.db.pragma('wal_autocheckpoint = 256');
    this.db.pragma('secure_delete = ON');
    this.db.pragma('temp_store = MEMORY');
    const format = this.db.pragma('user_version', { simple: true });
    if (typeof format !== 'number' || format > FORMAT)
      throw new Error(`${path} was written by a newer release: start that one, or remove the file`);
    if (unfinished && this.db.pragma('quick_check(1)', { simple: true }) !== 'ok')
      throw Object.assign(new Error(`${path} is damaged`), { code: 'SQLITE_CORRUPT' });
    if (format === 1) this.db.exec(revised);
    this.db.exec(schema);
    this.db.pragma(`user_version = ${String(FORMAT)}`);
    this.db.prepare('INSERT OR IGNORE INTO known VALUES (1, ?)').run(Date.now());
  }
}
