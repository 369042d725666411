import { StoreFailed, unavailable } from '../store-failed.js';

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
