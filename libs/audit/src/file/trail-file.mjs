import { chmodSync, closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/**
 * @typedef {import('better-sqlite3').Database} Db
 * @typedef {{ path: string, format: number, logId: string }} Of
 */

/** A file of any other format is thrown away: it can always be made anew. */
export const FORMAT = 3;

// A row by its number, from 0 without a gap, with the latest time of all rows up to it; the lists of `Postings`; the times of `Spans`.
const schema = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE event (n INTEGER PRIMARY KEY, position BLOB NOT NULL, latest INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE TABLE segment (n INTEGER PRIMARY KEY, times BLOB NOT NULL) STRICT;
  CREATE TABLE posting (segment INTEGER NOT NULL, term INTEGER NOT NULL, rows BLOB NOT NULL, PRIMARY KEY (segment, term))
    STRICT, WITHOUT ROWID;
`;

/** What is in the file cannot be what was written. @param {string} why */
export const damaged = (why) => Object.assign(new Error(why), { code: 'SQLITE_CORRUPT' });

/** @param {unknown} error */
const codeOf = (error) => String(/** @type {{ code?: unknown }} */ (error).code);

/** @param {unknown} error */
export const isDamage = (error) => /^SQLITE_(?:CORRUPT|NOTADB)/u.test(codeOf(error));

/** What the disk or another process is to blame for, and not the file. @param {unknown} error */
const isTrouble = (error) => /^SQLITE_(?:BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|NOMEM|PERM)/u.test(codeOf(error));

/** @param {string} path @param {unknown} error */
export const causeOf = (path, error) => {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_BUSY'))
    return `${path} is open in another process: give each process a directory of its own`;
  const { message } = /** @type {{ message?: unknown }} */ (error);
  return code === 'undefined' ? String(message) : `${path}: ${code}: ${String(message)}`;
};

/** @param {string} path */
export const remove = (path) => {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${end}`, { force: true });
};

/** Never opens one that exists: closing it again would drop the locks that this process holds on it. @param {string} path */
const createPrivate = (path) => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  chmodSync(path, 0o600);
};

/** @param {Db} db @param {Of} of */
const prepare = (db, { format, logId }) => {
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  // After a power cut the file is as it was a moment before, which is enough: the log is asked for what came then.
  db.pragma('synchronous = NORMAL');
  db.pragma('cache_size = -65536');
  db.pragma('wal_autocheckpoint = 8000');
  db.pragma('journal_size_limit = 67108864');
  db.pragma('temp_store = MEMORY');
  const found = db.pragma('user_version', { simple: true });
  if (found === 0) {
    db.transaction(() => {
      db.exec(schema);
      db.prepare("INSERT INTO meta VALUES ('log', ?)").run(logId);
      db.pragma(`user_version = ${String(format)}`);
    }).exclusive();
  } else if (found !== format) throw damaged('it has another format');
  const log = db.prepare("SELECT value FROM meta WHERE key = 'log'").pluck().get();
  if (log !== logId) throw damaged('it is of another log');
};

/**
 * Opens the file, with whatever `read` makes of what is in it. What cannot be read, or is of another log or format, is thrown
 * away and made anew.
 *
 * @template A
 * @param {Of} of @param {(db: Db) => A} read
 * @returns {{ db: Db, read: A }}
 */
export const openTrail = (of, read) => {
  const { path } = of;
  const open = () => {
    createPrivate(path);
    const db = new Database(path, { timeout: 100 });
    try {
      prepare(db, of);
      return { db, read: read(db) };
    } catch (error) {
      db.close();
      // A file that opens, and has not in it what was written.
      throw isTrouble(error) ? error : damaged(String(error));
    }
  };
  try {
    return open();
  } catch (error) {
    if (!isDamage(error)) throw error;
    remove(path);
    return open();
  }
};
