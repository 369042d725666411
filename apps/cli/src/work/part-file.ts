import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { badFile, reasonOf, Stopped } from '../failure.js';
import { copied, written } from './file-bytes.js';
import { openOurs, readNote, writeNote } from './part-note.js';
import { type WholeLines, wholeLinesOf } from './whole-lines.js';

const orBadFile = <A>(make: () => A): A => {
  try {
    return make();
  } catch (error) {
    throw error instanceof Stopped ? error : badFile(reasonOf(error));
  }
};

/** A link counts, wherever it leads. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

interface Paths {
  readonly target: string;
  readonly part: string;
  readonly partNote: string;
  readonly note: string;
}

const pathsOf = (target: string): Paths => ({
  target,
  part: `${target}.part`,
  partNote: `${target}.part.json`,
  note: `${target}.resume.json`,
});

const newPart = ({ part, partNote }: Paths, query: string | undefined): number => {
  const file = openSync(part, 'wx+', 0o600);
  try {
    if (query !== undefined) writeNote(partNote, query);
    return file;
  } catch (error) {
    closeSync(file);
    rmSync(part, { force: true });
    throw error;
  }
};

/** Whether what is there is of this query; what is known to be of another is never gone on with. */
const isOf = (path: string, note: string, query: string): boolean => {
  const found = readNote(note);
  if (found !== undefined && found !== query)
    throw badFile(
      `${path} is of another query: --resume needs the address, the filters, the format and --as that it was made with. ` +
        '--force without --resume begins anew.',
    );
  return found === query;
};

const unknown = (path: string) =>
  badFile(`${path}: nothing says which query it is of. If it is of this one, --resume --force goes on with it.`);

/** A file on its way to be another: nobody ever finds half of it under its name. */
export class PartFile {
  private open = true;

  private constructor(
    private readonly paths: Paths,
    private readonly file: number,
    private at: number,
    private readonly query: string | undefined,
  ) {}

  /** `query`: the hash of what is asked for, where a later run can go on with it. */
  static begin(target: string, force: boolean, query: string | undefined): PartFile {
    const paths = pathsOf(target);
    const { part, partNote, note } = paths;
    return orBadFile(() => {
      if (!force) {
        if (existsSync(target)) throw badFile(`${target} is there already: --force replaces it`);
        const others = query === undefined ? '' : '--resume goes on with it, ';
        for (const left of query === undefined ? [part] : [part, partNote])
          if (isThere(left)) throw badFile(`${left} is there, from an earlier run: ${others}--force replaces it`);
      }
      // What is no note of ours is nobody's to replace.
      if (query !== undefined) for (const ours of [note, partNote]) readNote(ours);
      rmSync(part, { force: true });
      if (query !== undefined) rmSync(partNote, { force: true });
      return new PartFile(paths, newPart(paths, query), 0, query);
    });
  }

  /**
   * What an earlier run left, whether it came to its end or not, cut back to whole lines. `accept` throws where they are
   * no such thing: until then nothing is touched.
   */
  static resume(target: string, force: boolean, query: string, accept: (lines: WholeLines) => void): PartFile {
    const paths = pathsOf(target);
    return orBadFile(() => {
      const half = isThere(paths.part);
      const found = half
        ? openOurs(paths.part, constants.O_RDWR)
        : openSync(target, constants.O_RDONLY | constants.O_NONBLOCK);
      let part = found;
      try {
        const lines = wholeLinesOf(found);
        accept(lines);
        if (half) {
          PartFile.takeUp(paths, force, query);
          fchmodSync(found, 0o600);
          ftruncateSync(found, lines.size);
        } else {
          if (!isOf(target, paths.note, query) && !force) throw unknown(target);
          if (readNote(paths.partNote) !== undefined) rmSync(paths.partNote);
          part = newPart(paths, query);
          copied(found, part, lines.size);
          closeSync(found);
        }
        return new PartFile(paths, part, lines.size, query);
      } catch (error) {
        closeSync(found);
        if (part !== found) {
          closeSync(part);
          rmSync(paths.part, { force: true });
          rmSync(paths.partNote, { force: true });
        }
        throw error;
      }
    });
  }

  private static takeUp(paths: Paths, force: boolean, query: string): void {
    const { target, part, partNote, note } = paths;
    const noted = isOf(part, partNote, query);
    if (!noted && !force) throw unknown(part);
    const before = readNote(note);
    if (existsSync(target) && !force && before !== query)
      throw badFile(`${target} is there already, and is not what ${part} goes on with: --force replaces it`);
    if (!noted) writeNote(partNote, query);
  }

  /** In bytes. */
  get size(): number {
    return this.at;
  }

  write(piece: Uint8Array): void {
    orBadFile(() => written(this.file, piece, this.at));
    this.at += piece.length;
  }

  /** Its last line, if that has its end. */
  get lastLine(): string | undefined {
    const { size, last } = wholeLinesOf(this.file);
    return size === this.at ? last : undefined;
  }

  /** In this order: whatever ends it halfway, no note is left beside a file that it is not of. */
  finish(): void {
    const { target, part, partNote, note } = this.paths;
    orBadFile(() => {
      fsyncSync(this.file);
      this.close();
      if (this.query !== undefined) rmSync(note, { force: true });
      renameSync(part, target);
      if (this.query !== undefined) renameSync(partNote, note);
    });
  }

  /** Leaves what there is, for another run to go on with, or takes it away. */
  giveUp(keep: boolean): void {
    this.close();
    if (keep) return;
    rmSync(this.paths.part, { force: true });
    if (this.query !== undefined) rmSync(this.paths.partNote, { force: true });
  }

  private close(): void {
    if (this.open) closeSync(this.file);
    this.open = false;
  }
}
