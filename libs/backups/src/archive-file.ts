import type { FileHandle } from 'node:fs/promises';

/** An archive that can be read more than once: to check it, and then to restore it. */
export interface ArchiveSource {
  readonly bytes: number;
  open(): AsyncIterable<Buffer>;
}

export const archiveFile = async (file: FileHandle): Promise<ArchiveSource> => ({
  bytes: (await file.stat()).size,
  open: () => file.createReadStream({ start: 0, autoClose: false, highWaterMark: 256 * 1024 }),
});
