import { PassThrough, Readable, Writable } from 'node:stream';
import type { Environment, Io } from '../../apps/cli/src/io.js';
import { run } from '../../apps/cli/src/run.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Around {
  readonly env?: Environment;
  readonly stdin?: string;
  /** So wide a terminal; otherwise pipes. */
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** Why nothing can be written to stdout, or to stderr: EPIPE, ENOSPC. */
  readonly outFails?: string;
  readonly errFails?: string;
  /** Read instead of `stdin`. */
  readonly input?: Readable;
  /** Told of every wait, in ms; nobody waits. */
  readonly onWait?: (ms: number) => void;
}

const capture = (columns: number | undefined, fails: string | undefined) => {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write: (piece: Buffer, _, done) => {
      if (fails !== undefined) {
        done(Object.assign(new Error(`write ${fails}`), { code: fails }));
        return;
      }
      pieces.push(piece);
      done();
    },
  }).on('error', () => undefined);
  const looked = columns === undefined ? {} : { isTTY: true, columns };
  return { stream: Object.assign(stream, looked), text: () => Buffer.concat(pieces).toString('utf8') };
};

/** One run of the command line in this process, and all that it said. */
export const writ = async (argv: ReadonlyArray<string>, around: Around = {}): Promise<Ran> => {
  const [out, err] = [capture(around.columns, around.outFails), capture(undefined, around.errFails)];
  const stdin = around.input ?? (around.stdin === undefined ? new PassThrough().end() : Readable.from([around.stdin]));
  const io: Io = {
    stdin,
    stdout: out.stream,
    stderr: err.stream,
    signal: around.signal ?? new AbortController().signal,
    wait: (ms) => {
      around.onWait?.(ms);
      return Promise.resolve();
    },
  };
  const code = await run(argv, around.env ?? {}, io);
  return { code, out: out.text(), err: err.text() };
};
