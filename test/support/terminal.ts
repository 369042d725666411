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
  /** Told of every wait, in ms; nobody waits. */
  readonly onWait?: (ms: number) => void;
}

const capture = (columns: number | undefined) => {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write: (piece: Buffer, _, done) => {
      pieces.push(piece);
      done();
    },
  });
  const looked = columns === undefined ? {} : { isTTY: true, columns };
  return { stream: Object.assign(stream, looked), text: () => Buffer.concat(pieces).toString('utf8') };
};

/** One run of the command line in this process, and all that it said. */
export const writ = async (argv: ReadonlyArray<string>, around: Around = {}): Promise<Ran> => {
  const [out, err] = [capture(around.columns), capture(undefined)];
  const stdin = around.stdin === undefined ? new PassThrough().end() : Readable.from([around.stdin]);
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
