import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { E, pipe, type TE } from '#libs/kernel';
import { MASTER_KEY_BYTES } from './keyring.js';
import { createPrivateFile } from './private-file.js';

/** The server must not start. `message` says what to do, and never what the key is. */
export interface MasterKeyRefused {
  readonly _tag: 'MasterKeyRefused';
  readonly message: string;
}

export const masterKeyRefused = (message: string): MasterKeyRefused => ({ _tag: 'MasterKeyRefused', message });

const decode = (where: string, text: string): E.Either<MasterKeyRefused, Buffer> => {
  const found = text.trim();
  const key = Buffer.from(found, 'base64');
  return key.length === MASTER_KEY_BYTES && key.toString('base64') === found
    ? E.right(key)
    : E.left(
        masterKeyRefused(
          `${where}: expected ${MASTER_KEY_BYTES} bytes in base64 (44 characters, the last one "="), ` +
            `found ${found.length} characters that are not that`,
        ),
      );
};

const readPrivately = (path: string): E.Either<MasterKeyRefused, string> => {
  const file = openSync(path, 'r');
  try {
    const mode = fstatSync(file).mode & 0o777;
    return (mode & 0o077) === 0
      ? E.right(readFileSync(file, 'utf8'))
      : E.left(
          masterKeyRefused(
            `${path}: others may read it (mode ${mode.toString(8)}); run \`chmod 600 ${path}\`, ` +
              'and consider who has read it so far',
          ),
        );
  } finally {
    closeSync(file);
  }
};

/**
 * The master key: `WRIT_MASTER_KEY` where it is given, else the file `master.key` of the data directory, which is made
 * (32 random bytes, base64, mode 0600) at the first start.
 */
export const loadMasterKey =
  (directory: string, fromEnvironment?: string): TE.TaskEither<MasterKeyRefused, Buffer> =>
  () => {
    if (fromEnvironment !== undefined) return Promise.resolve(decode('WRIT_MASTER_KEY', fromEnvironment));
    const path = join(directory, 'master.key');
    const read = E.tryCatch(
      () => {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        if (!existsSync(path)) {
          // A new key would open nothing that is there, and stand where the lost one belongs.
          if (existsSync(join(directory, 'vault.db')))
            throw new Error('it is missing, and the vault beside it was made with it; give it back, from a backup');
          createPrivateFile(path, `${randomBytes(MASTER_KEY_BYTES).toString('base64')}\n`);
        }
        return readPrivately(path);
      },
      (cause) => masterKeyRefused(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`),
    );
    return Promise.resolve(
      pipe(
        read,
        E.flatMap((text) => text),
        E.flatMap((text) => decode(path, text)),
      ),
    );
  };
