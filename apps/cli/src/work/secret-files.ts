import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { badFile, reasonOf, usage } from '../failure.js';

/** What is read from files and stdin: at most one option may name stdin. */
export class Files {
  private stdinTaken = false;

  constructor(
    private readonly stdin: Readable,
    private readonly signal: AbortSignal,
  ) {}

  takeStdin(): Readable {
    if (this.stdinTaken) throw usage('only one option can read stdin (-)');
    this.stdinTaken = true;
    return addAbortSignal(this.signal, this.stdin);
  }

  async text(path: string): Promise<string> {
    if (path !== '-') return readWhole(path);
    const pieces: Buffer[] = [];
    for await (const piece of this.takeStdin()) pieces.push(Buffer.from(piece as Buffer | string));
    return Buffer.concat(pieces).toString('utf8');
  }

  /** One secret: the line break that an editor or `echo` leaves behind it is not a part of it. */
  async secret(path: string): Promise<string> {
    const text = (await this.text(path)).replace(/\r?\n$/u, '');
    if (text === '') throw badFile(`${path}: it is empty`);
    return text;
  }

  async lines(path: string): Promise<ReadonlyArray<string>> {
    const text = await this.text(path);
    return text.split(/\r?\n/u).filter((line) => line !== '');
  }

  /** Its faults are told by place alone: the text may hold what nobody is to read. */
  async json(path: string): Promise<unknown> {
    const text = await this.text(path);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw badFile(`${path}: it is not JSON`);
    }
  }
}

const readWhole = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw badFile(reasonOf(error));
  }
};

/** A place for a secret, made before there is one: what cannot be kept must not be made. */
export class SecretFile {
  private readonly file: number;
  private kept = false;

  constructor(private readonly path: string) {
    try {
      this.file = openSync(path, 'wx', 0o600);
    } catch (error) {
      throw badFile(`--secret-file: ${reasonOf(error)}. It must not exist yet.`);
    }
  }

  /** Why it could not be kept, on a full disk say; undefined where it is. */
  keep(secret: string): string | undefined {
    try {
      writeFileSync(this.file, `${secret}\n`);
      fsyncSync(this.file);
    } catch (error) {
      try {
        this.discard();
      } catch {
        // What cannot be written may not be taken away either: a file that is empty, or half of it.
      }
      return reasonOf(error);
    }
    closeSync(this.file);
    this.kept = true;
    return undefined;
  }

  get holds(): boolean {
    return this.kept;
  }

  discard(): void {
    closeSync(this.file);
    rmSync(this.path, { force: true });
  }
}
