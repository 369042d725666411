import Database from 'better-sqlite3';
import type { KeyRows } from '../key-rows.js';
import type { VaultRow } from '../vault.js';

interface Write {
  readonly step: () => void;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

const FORMAT = 1;

/** `wrapped` is null once erased: the row that stays is the tombstone. */
const schema = `
  CREATE TABLE IF NOT EXISTS data_key (subject TEXT PRIMARY KEY, wrapped BLOB) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS master_check (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL);
`;

/**
 * The wrapped keys in one SQLite file. `secure_delete` overwrites what is erased. The journal is a rollback journal and
 * no WAL, because then the commit of an erasure *is* the moment its bytes are gone: the journal that still holds
 * them is cut to nothing by that very commit, where a WAL would keep them until a later checkpoint that a crash can prevent.
 * TRUNCATE and not DELETE, as under an exclusive lock DELETE clears no more than the journal's header. The lock keeps
 * out a second process, whose cache would go on opening what was erased here.
 */
export class SqliteKeyRows implements KeyRows {
  /** Of the master key that this file was made with. */
  readonly checkValue: string;
  private readonly db: Database.Database;
  private readonly select: Database.Statement<[string], VaultRow>;
  private readonly insert: Database.Statement<[string, Buffer | null]>;
  private readonly first: Database.Statement<[number], VaultRow>;
  private readonly next: Database.Statement<[string, number], VaultRow>;
  private readonly entomb: Database.Statement<[string]>;
  private waiting: Write[] = [];

  constructor(path: string, checkValue: string) {
    this.db = new Database(path, { timeout: 1_000 });
    try {
      this.db.pragma('locking_mode = EXCLUSIVE');
      this.db.pragma('journal_mode = TRUNCATE');
      this.db.pragma('synchronous = FULL');
      this.db.pragma('secure_delete = ON');
      this.db.pragma('temp_store = MEMORY');
      this.checkValue = this.db.transaction(() => this.prepare(path, checkValue)).exclusive();
      this.select = this.db.prepare(
        'SELECT subject, wrapped FROM data_key WHERE subject IN (SELECT value FROM json_each(?))',
      );
      this.insert = this.db.prepare('INSERT INTO data_key VALUES (?, ?) ON CONFLICT DO NOTHING');
      this.first = this.db.prepare('SELECT subject, wrapped FROM data_key ORDER BY subject LIMIT ?');
      this.next = this.db.prepare('SELECT subject, wrapped FROM data_key WHERE subject > ? ORDER BY subject LIMIT ?');
      this.entomb = this.db.prepare(
        'INSERT INTO data_key VALUES (?, NULL) ON CONFLICT (subject) DO UPDATE SET wrapped = NULL',
      );
    } catch (cause) {
      this.db.close();
      throw cause;
    }
  }

  read(subjects: ReadonlyArray<string>): Promise<ReadonlyMap<string, Buffer | null>> {
    return new Promise((resolve) => {
      const rows = this.select.all(JSON.stringify(subjects));
      resolve(new Map(rows.map(({ subject, wrapped }) => [subject, wrapped])));
    });
  }

  insertIfAbsent(subject: string, wrapped: Buffer): Promise<void> {
    return this.write(() => this.insert.run(subject, wrapped));
  }

  erase(subject: string): Promise<void> {
    return this.write(() => this.entomb.run(subject));
  }

  list(after: string | null, limit: number): Promise<ReadonlyArray<VaultRow>> {
    return new Promise((resolve) => resolve(after === null ? this.first.all(limit) : this.next.all(after, limit)));
  }

  insertAll(rows: ReadonlyArray<VaultRow>): Promise<void> {
    return this.write(() => rows.forEach(({ subject, wrapped }) => this.insert.run(subject, wrapped)));
  }

  close(): Promise<void> {
    this.closeNow();
    return Promise.resolve();
  }

  closeNow(): void {
    this.commit();
    this.db.close();
  }

  private prepare(path: string, checkValue: string): string {
    const format = this.db.pragma('user_version', { simple: true });
    if (typeof format !== 'number' || format > FORMAT)
      throw new Error(`${path} was written by a newer release: start that one`);
    this.db.exec(schema);
    this.db.pragma(`user_version = ${FORMAT}`);
    this.db.prepare<[string]>('INSERT OR IGNORE INTO master_check VALUES (1, ?)').run(checkValue);
    const row = this.db.prepare<[], { value: string }>('SELECT value FROM master_check').get();
    return row?.value ?? '';
  }

  /** Whatever is asked for in one turn of the event loop shares one commit, and so its flushes to the disk. */
  private write(step: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ step, resolve, reject }) === 1) setImmediate(() => this.commit());
    });
  }

  private commit(): void {
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    try {
      this.db.transaction(() => batch.forEach(({ step }) => step()))();
    } catch (cause) {
      batch.forEach(({ reject }) => reject(cause));
      return;
    }
    batch.forEach(({ resolve }) => resolve());
  }
}
