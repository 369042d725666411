import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { E, type TE } from '#libs/kernel';
import { KeyedVault } from '../keyed-vault.js';
import type { Keyring } from '../keyring.js';
import { type MasterKeyRefused, masterKeyRefused } from '../master-key.js';
import { createPrivateFile } from '../private-file.js';
import type { VaultUnavailable } from '../vault.js';
import { SqliteKeyRows } from './sqlite-key-rows.js';

/** Some 3 MB when full. */
const cachedKeys = 10_000;

const causeOf = (cause: unknown, path: string): string => {
  // Judged by its code alone: SQLite's errors are of the realm that loaded it first, and may be no `Error` of this one.
  if (typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'SQLITE_BUSY')
    return `${path} is open in another process`;
  return cause instanceof Error ? cause.message : String(cause);
};

/** The vault of one machine: `vault.db` in the data directory, open in one process at a time. */
export class FileVault extends KeyedVault {
  static open(directory: string, keyring: Keyring): TE.TaskEither<VaultUnavailable | MasterKeyRefused, FileVault> {
    const path = join(directory, 'vault.db');
    const open = (): E.Either<MasterKeyRefused, FileVault> => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      if (!existsSync(path)) createPrivateFile(path, '');
      chmodSync(path, 0o600);
      const rows = new SqliteKeyRows(path, keyring.checkValue);
      if (rows.checkValue === keyring.checkValue) return E.right(new FileVault(rows, keyring, cachedKeys));
      rows.closeNow();
      return E.left(
        masterKeyRefused(
          `${path} was made with another master key: give that one back, as master.key beside it or in WRIT_MASTER_KEY`,
        ),
      );
    };
    const unavailable = (cause: unknown): VaultUnavailable => ({
      _tag: 'VaultUnavailable',
      cause: causeOf(cause, path),
    });
    return () =>
      Promise.resolve(
        E.flatMap((answer: E.Either<VaultUnavailable | MasterKeyRefused, FileVault>) => answer)(
          E.tryCatch(open, unavailable),
        ),
      );
  }
}
