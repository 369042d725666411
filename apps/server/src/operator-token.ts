import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateFile } from '#libs/vault';

export const operatorTokenFile = (dataDir: string): string => join(dataDir, 'operator.token');

/** The configured one, or the data directory's: made at the first start, readable by its owner alone. */
export const loadOperatorToken = (dataDir: string, configured: string | undefined): string => {
  if (configured !== undefined) return configured;
  const path = operatorTokenFile(dataDir);
  if (!existsSync(path)) createPrivateFile(path, `wop_${randomBytes(32).toString('hex')}`);
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw new Error(
      `${path}: others may read it (mode ${mode.toString(8)}). Run \`chmod 600 ${path}\`, and delete the file first if anyone may have.`,
    );
  const token = readFileSync(path, 'utf8').trim();
  if (token.length < 32)
    throw new Error(
      `${path}: expected a token of at least 32 characters. Delete the file, and the next start makes one.`,
    );
  return token;
};
