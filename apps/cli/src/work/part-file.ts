import {
  copyFileSync,
  existsSync,
  readSync,
  renameSync,
  rmSync,
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs';
import { badFile, reasonOf } from '../failure.js';

const orBadFile = <A>(make: () => A): A => {
  try {
    return make();
  } catch (error) {
    throw badFile(reasonOf(error));
  }
};

/** How much is looked through at once for the end of the last whole line. */
const BLOCK = 65_536;
const lineFeed = 0x0a;

/** A file on its way to be another: nobody ever finds half of it under its name. */
export class PartFile {
  private constructor(
    private readonly target: string,
    private readonly part: string,
    private readonly file: number,
    private at: number,
  ) {}

  static begin(target: string, force: boolean): PartFile {
    if (existsSync(target) && !force) throw badFile(`${target} is there already: --force replaces it`);
    const part = `${target}.part`;
    rmSync(part, { force: true });
    return new PartFile(
      target,
      part,
      orBadFile(() => openSync(part, 'wx', 0o600)),
      0,
    );
  }

  /** What an earlier run left, whether it came to its end or not, cut back to whole lines. */
  static resume(target: string): PartFile {
    const part = `${target}.part`;
    const file = orBadFile(() => {
      if (!existsSync(part)) copyFileSync(target, part);
      chmodSync(part, 0o600);
      return openSync(part, 'r+');
    });
    const made = new PartFile(target, part, file, 0);
    made.at = made.endOfLines(fstatSync(file).size);
    ftruncateSync(file, made.at);
    return made;
  }

  /** In bytes. */
  get size(): number {
    return this.at;
  }

  write(piece: Uint8Array): void {
    orBadFile(() => {
      for (let from = 0; from < piece.length;)
        from += writeSync(this.file, piece, from, piece.length - from, this.at + from);
    });
    this.at += piece.length;
  }

  /** The last whole line, without its end; undefined where there is none. */
  lastLine(): string | undefined {
    if (this.at === 0) return undefined;
    const begin = this.endOfLines(this.at - 1);
    const line = Buffer.alloc(this.at - 1 - begin);
    readSync(this.file, line, 0, line.length, begin);
    return line.toString('utf8').replace(/\r$/u, '');
  }

  firstLine(): string {
    const block = Buffer.alloc(Math.min(BLOCK, this.at));
    readSync(this.file, block, 0, block.length, 0);
    return (block.toString('utf8').split('\n', 1)[0] ?? '').replace(/\r$/u, '');
  }

  finish(): void {
    fsyncSync(this.file);
    closeSync(this.file);
    orBadFile(() => renameSync(this.part, this.target));
  }

  /** Leaves what there is, for another run to go on with, or takes it away. */
  giveUp(keep: boolean): void {
    closeSync(this.file);
    if (!keep) rmSync(this.part, { force: true });
  }

  /** Where the last line that ends at or before `before` ends. */
  private endOfLines(before: number): number {
    for (let end = before; end > 0;) {
      const begin = Math.max(0, end - BLOCK);
      const block = Buffer.alloc(end - begin);
      readSync(this.file, block, 0, block.length, begin);
      const found = block.lastIndexOf(lineFeed);
      if (found >= 0) return begin + found + 1;
      end = begin;
    }
    return 0;
  }
}
