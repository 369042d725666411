import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { archiveFile, checkedArchive, restored, type Restored, type RestoreFailure } from '#libs/backups';
import { E } from '#libs/kernel';
import { loadKeyring, openStores } from './adapters.js';
import type { Config } from './config.js';
import { openedFile } from './opened-file.js';

/** Appends under way at once. On EventStoreDB one: the order in which a server takes those of several streams is its own. */
const ABREAST = 256;

/** How far it is: what is done now, and how many bytes of how many have been read for it. */
export type RestoreProgress = (doing: 'checking' | 'restoring', bytes: number, of: number) => void;

/** A key that is made now opens nothing that was sealed before. */
const hasMasterKey = ({ dataDir, masterKey }: Config): boolean =>
  masterKey !== undefined || existsSync(join(dataDir, 'master.key'));

/** What standard input has may be long in coming: it can be stopped meanwhile. */
const opened = async (
  archive: string,
  signal: AbortSignal | undefined,
): Promise<E.Either<RestoreFailure, FileHandle>> => {
  if (archive === '-' && signal !== undefined) addAbortSignal(signal, process.stdin);
  try {
    return E.right(await openedFile(archive));
  } catch (error) {
    if (signal?.aborted === true && error instanceof Error && error.name === 'AbortError')
      return E.left({ _tag: 'RestoreStopped', begun: false });
    // Of standard input it is the copy that failed.
    if (archive === '-') throw error;
    return E.left({ _tag: 'ArchiveUnreadable', why: error instanceof Error ? error.message : String(error) });
  }
};

const restoreFile = async (
  config: Config,
  file: FileHandle,
  progress: RestoreProgress,
  signal: AbortSignal | undefined,
): Promise<E.Either<RestoreFailure, Restored>> => {
  const keyring = await loadKeyring(config);
  const source = await archiveFile(file);
  const checked = await checkedArchive(source, keyring, (bytes, of) => progress('checking', bytes, of), signal);
  if (E.isLeft(checked)) return checked;
  const { store, vault } = await openStores(config);
  try {
    const target = { store, vault, abreast: config.eventStore === 'embedded' ? ABREAST : 1 };
    return await restored(target, checked.right, (bytes, of) => progress('restoring', bytes, of), signal);
  } finally {
    await vault.close();
    await store.close();
  }
};

/**
 * Brings the backup in the file `archive`, or in standard input where that is `-`, into the stores that `config` names, which must be empty. It is read twice:
 * nothing is touched before all of it has been checked. Ends early, between two entries, where `signal` says so. Throws an Error that says what to do where a
 * store cannot be opened.
 */
export const restore = async (
  config: Config,
  archive: string,
  progress: RestoreProgress,
  signal?: AbortSignal,
): Promise<E.Either<RestoreFailure, Restored>> => {
  if (!hasMasterKey(config))
    throw new Error(
      `there is no master key: put the one that the backup was made with into ${join(config.dataDir, 'master.key')} (mode 600), ` +
        'or give it in WRIT_MASTER_KEY',
    );
  const file = await opened(archive, signal);
  if (E.isLeft(file)) return file;
  try {
    return await restoreFile(config, file.right, progress, signal);
  } finally {
    await file.right.close();
  }
};
