import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createPrivate } from './log-file.mjs';
import { isSqliteFailure } from './store-trouble.js';

export interface Lock {
  release(): void;
}

/** Makes the directory (mode 0700) unless it is there. One that exists keeps its mode. */
export const prepareDirectory = (directory: string): void => {
  if (!existsSync(directory)) mkdirSync(directory, { recursive: true, mode: 0o700 });
};

/**
 * Takes the directory for this process alone. The lock is the operating system's, held through SQLite on a file of
 * its own: it ends with the process, however that ends, so there is never a stale one to clear away.
 */
export const lockDirectory = (directory: string): Lock => {
  const path = join(directory, 'writer.lock');
  createPrivate(path);
  const db = new Database(path, { timeout: 0 });
  try {
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!isSqliteFailure(error) || error.code !== 'SQLITE_BUSY') throw error;
    throw new Error(
      `the event store in ${directory} is open already, in this process or another: ` +
        'stop that one, or point this one at a directory of its own',
      { cause: error },
    );
  }
  return {
    release: () => {
      db.close();
    },
  };
};
