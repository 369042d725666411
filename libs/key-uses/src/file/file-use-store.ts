import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiKeyId, E, type TE } from '#libs/kernel';
import type { UseOfKey } from '../use.js';
import { type Report, type UsesUnavailable, usesUnavailable, UseStore } from '../use-store.js';
import { SqliteUses } from './sqlite-uses.js';

/** Looked at by their fields alone: SQLite's errors are of the realm that loaded it first, and may be no `Error` of this one. */
const hasMessage = (cause: unknown): cause is { readonly message: string } =>
  typeof cause === 'object' && cause !== null && 'message' in cause && typeof cause.message === 'string';

const isDamage = (cause: unknown): boolean =>
  typeof cause === 'object' &&
  cause !== null &&
  'code' in cause &&
  /^SQLITE_(?:CORRUPT|NOTADB)/u.test(String(cause.code));

/**
 * The last uses of one machine: `key-uses.sqlite` in the data directory. It is opened when it is first needed, and that
 * again and again while it can't be. A damaged file is thrown away: what it knew is lost, and `Known.since` says so.
 */
export class FileUseStore extends UseStore {
  private readonly path: string;
  private uses: SqliteUses | undefined;
  private closed = false;

  constructor(private readonly directory: string) {
    super();
    this.path = join(directory, 'key-uses.sqlite');
  }

  merge(uses: ReadonlyArray<UseOfKey>) {
    return this.with((open) => {
      open.merge(uses);
    });
  }

  report(report: Report) {
    return this.with((open) => {
      open.report(report);
    });
  }

  leave(node: string) {
    return this.with((open) => {
      open.leave(node);
    });
  }

  read(keyIds: ReadonlyArray<ApiKeyId>) {
    return this.with((open) => open.read(keyIds));
  }

  known() {
    return this.with((open) => open.known());
  }

  forget(slice: Parameters<UseStore['forget']>[0]) {
    return this.with((open) => open.forget(slice));
  }

  close(): Promise<void> {
    this.closed = true;
    this.uses?.close();
    this.uses = undefined;
    return Promise.resolve();
  }

  private with<A>(work: (open: SqliteUses) => A): TE.TaskEither<UsesUnavailable, A> {
    return () => Promise.resolve(this.attempt(work));
  }

  private attempt<A>(work: (open: SqliteUses) => A): E.Either<UsesUnavailable, A> {
    if (this.closed) return E.left(usesUnavailable(`${this.path} is closed`));
    try {
      this.uses ??= this.open();
      return E.right(work(this.uses));
    } catch (cause) {
      const why = hasMessage(cause) ? cause.message : String(cause);
      if (!isDamage(cause)) return E.left(usesUnavailable(why));
      this.throwAway();
      return E.left(usesUnavailable(`${why}: ${this.path} is thrown away, and made anew`));
    }
  }

  private open(): SqliteUses {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    return new SqliteUses(this.path);
  }

  private throwAway(): void {
    this.uses?.close();
    this.uses = undefined;
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${this.path}${end}`, { force: true });
  }
}
