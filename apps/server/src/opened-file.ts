import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file to read more than once. `-` is standard input: that goes into a file without a name, which nothing leaves behind. */
export const openedFile = async (path: string): Promise<FileHandle> => {
  if (path !== '-') return open(path);
  const spool = join(tmpdir(), `writ-${randomUUID()}`);
  const file = await open(spool, 'wx+', 0o600);
  await unlink(spool);
  await writeFile(file, process.stdin);
  return file;
};
