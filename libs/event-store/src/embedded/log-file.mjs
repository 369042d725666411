import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';

/** What a data directory says it holds. A release reads its own format only; see docs for how to go back. */
export const FORMAT = 1;

const schema = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL
  ) STRICT;
  -- The only index: one on the random event ids would halve the rate of group commits.
  CREATE UNIQUE INDEX IF NOT EXISTS events_of_stream ON events (stream, revision);
  CREATE TABLE IF NOT EXISTS retention (stream TEXT PRIMARY KEY, max_count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * Makes the file with mode 0600 unless it is there; SQLite gives its -wal and -shm the same mode. Never opens one
 * that exists: closing it again would drop the POSIX locks this process holds on it.
 *
 * @param {string} path
 */
export const createPrivate = (path) => {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
};

/** @param {import('better-sqlite3').Database} db @param {string} key @returns {string | undefined} */
const metaOf = (db, key) =>
  /** @type {string | undefined} */ (db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key));

/**
 * Opens the log for writing, making it when there is none. Refuses, untouched, what another format wrote.
 *
 * @param {string} path
 * @returns {{ db: import('better-sqlite3').Database, logId: string }}
 */
export const openLog = (path) => {
  createPrivate(path);
  const db = new Database(path);
  try {
    const found = Number(db.pragma('user_version', { simple: true }));
    if (found > FORMAT) {
      throw new Error(
        `its format is ${String(found)} and this version reads ${String(FORMAT)}: a newer version wrote it, so start that one`,
      );
    }
    db.pragma('journal_mode = WAL');
    // FULL: the WAL is synced before a commit returns, so what was acknowledged survives a power cut.
    db.pragma('synchronous = FULL');
    db.pragma('cache_size = -65536');
    db.pragma('wal_autocheckpoint = 4000');
    db.pragma('journal_size_limit = 67108864');
    db.transaction(() => {
      db.exec(schema);
      db.prepare("INSERT OR IGNORE INTO meta VALUES ('log', ?)").run(randomUUID());
      db.pragma(`user_version = ${String(FORMAT)}`);
    }).immediate();
    return { db, logId: metaOf(db, 'log') ?? '' };
  } catch (error) {
    db.close();
    throw error;
  }
};
