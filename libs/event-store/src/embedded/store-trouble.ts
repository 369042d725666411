import { E, type TE } from '#libs/kernel';
import type { StoreFailure } from '../event-store.js';
import { StoreFailed } from '../store-failed.js';

export const unavailable = (cause: string): StoreFailure => ({ _tag: 'StoreUnavailable', cause });

export interface SqliteFailure {
  /** SQLite's own name for it: `SQLITE_BUSY`, `SQLITE_IOERR_WRITE`. */
  readonly code: string;
  readonly message: string;
}

/** By its code and not by its class: the driver is loaded once, and its class may be that of another VM context. */
export const isSqliteFailure = (error: unknown): error is SqliteFailure =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('SQLITE_');

/** What SQLite throws says that the store is away; whatever else is thrown is a defect. */
export const asStoreFailed = (error: unknown): unknown =>
  isSqliteFailure(error) ? new StoreFailed(unavailable(`${error.code}: ${error.message}`)) : error;

/** What was thrown, as an answer. */
export const answering =
  <A>(read: () => A | Promise<A>): TE.TaskEither<StoreFailure, A> =>
  async () => {
    try {
      return E.right(await read());
    } catch (error) {
      if (error instanceof StoreFailed) return E.left(error.failure);
      throw error;
    }
  };
