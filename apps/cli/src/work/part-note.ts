import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { badFile } from '../failure.js';
import type { Connection } from '../wire/connection.js';
import type { Prepared } from '../wire/request.js';

/** What would be asked for, whichever part of it is there already; a hash, as a filter may name a person. */
export const queryHash = ({ url, actAs }: Connection, { path, query }: Prepared): string => {
  const asked = [...query].filter(([name]) => name !== 'after' && name !== 'format').sort();
  const text = JSON.stringify([url.href, path, asked, formatOf(query), actAs ?? null]);
  return createHash('sha256').update(text).digest('hex');
};

/** What the server answers with where no form is named. */
export const formatOf = (query: URLSearchParams): string => query.get('format') ?? 'ndjson';

const isMissing = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';

/** A file that others could have put there is opened only where it is no link, and a file of our own. */
export const openOurs = (path: string, flags: number): number => {
  const file = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const found = fstatSync(file);
  if (found.isFile() && found.uid === (process.getuid?.() ?? found.uid)) return file;
  closeSync(file);
  throw badFile(`${path} is no file of the one who runs this: move it away`);
};

/** Which query a file is of; undefined where that was never noted. */
export const readNote = (path: string): string | undefined => {
  let file: number;
  try {
    file = openOurs(path, constants.O_RDONLY);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const query = /^\{"query":"([0-9a-f]{64})"\}\n$/u.exec(readFileSync(file, 'latin1'))?.[1];
    if (query === undefined) throw badFile(`${path} is no note on an export: move it away`);
    return query;
  } finally {
    closeSync(file);
  }
};

export const writeNote = (path: string, query: string): void =>
  writeFileSync(path, `${JSON.stringify({ query })}\n`, { flag: 'wx', mode: 0o600 });
