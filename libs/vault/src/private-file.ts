import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const synced = (path: string, flags: string, mode?: number, content?: string): void => {
  const file = openSync(path, flags, mode);
  try {
    if (content !== undefined) writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const isExists = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EEXIST';

/**
 * Makes a file of mode 0600, whole and durable or not at all; one that is there already stays as it is. Linking, unlike
 * renaming, never replaces: of two processes that start at once, both then read the same file.
 */
export const createPrivateFile = (path: string, content: string): void => {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    synced(draft, 'wx', 0o600, content);
    linkSync(draft, path);
  } catch (cause) {
    if (!isExists(cause)) throw cause;
  } finally {
    rmSync(draft, { force: true });
  }
  synced(dirname(path), 'r');
};
