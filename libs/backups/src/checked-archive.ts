import { E } from '#libs/kernel';
import type { Keyring } from '#libs/vault';
import type { ArchiveSource } from './archive-file.js';
import type { EndLine, HeaderLine } from './archive-line.js';
import { entriesIn, type Entry } from './entries.js';
import { RestoreFailed, type RestoreFailure } from './restore-failure.js';

/** How much of an archive has been read, of how much. */
export type Progress = (bytes: number, of: number) => void;

/** An archive that was read to its end once: whole, unchanged, and of this master key. */
export interface CheckedArchive {
  readonly header: HeaderLine;
  readonly end: EndLine;
  readonly mac: string;
  /** All of it once more, and checked once more: a file may change in between. */
  entries(progress: Progress): AsyncGenerator<Entry>;
}

async function* readable(source: ArchiveSource): AsyncGenerator<Buffer> {
  try {
    yield* source.open();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RestoreFailed({ _tag: 'ArchiveUnreadable', why });
  }
}

async function* counted(source: ArchiveSource, progress: Progress): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of readable(source)) {
    yield chunk;
    read += chunk.length;
    progress(read, source.bytes);
  }
}

/** What was thrown on the way, as an answer; a defect stays thrown. */
export const answeringRestore = async <A>(work: () => Promise<A>): Promise<E.Either<RestoreFailure, A>> => {
  try {
    return E.right(await work());
  } catch (error) {
    if (error instanceof RestoreFailed) return E.left(error.failure);
    throw error;
  }
};

/** Throws where whoever began a restore wants it no longer. */
export const goOn = (signal: AbortSignal | undefined, begun: boolean): void => {
  if (signal?.aborted === true) throw new RestoreFailed({ _tag: 'RestoreStopped', begun });
};

/** Reads all of it, and keeps none of it. */
export const checkedArchive = (
  source: ArchiveSource,
  keyring: Keyring,
  progress: Progress,
  signal?: AbortSignal,
): Promise<E.Either<RestoreFailure, CheckedArchive>> => {
  const entries = (told: Progress) => entriesIn(counted(source, told), keyring);
  return answeringRestore(async () => {
    let last: Entry | undefined;
    for await (const entry of entries(progress)) {
      goOn(signal, false);
      last = entry;
    }
    // An archive that is not whole has thrown.
    if (last?.kind !== 'whole') throw new Error('an archive ended, and was neither whole nor refused');
    return { ...last, entries };
  });
};
