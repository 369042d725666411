import type { Readable, Writable } from 'node:stream';
import { reasonOf, Stopped } from './failure.js';

export type Out = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What a run of the program sees of the world: a terminal, a pipe, or a test. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Out;
  readonly stderr: Out;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  readonly wait: (ms: number) => Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const written = (out: Writable, text: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    out.write(text, (error) => (error ? reject(error) : resolve()));
  });

/** Writes, and waits while whoever reads is slow. What could not be written was not told: no exit code may say that it was. */
export const put = async (out: Writable, text: string | Uint8Array): Promise<void> => {
  try {
    await written(out, text);
  } catch (error) {
    const left = error instanceof Error && 'code' in error && error.code === 'EPIPE';
    throw new Stopped({ _tag: 'NotWritten', detail: `stdout did not take the answer: ${reasonOf(error)}`, left });
  }
};

/** For people who wait: stdout stays what was asked for, and nothing else. Where nobody hears it, the work goes on. */
export const note = ({ stderr }: Io, text: string): Promise<void> =>
  written(stderr, `${text}\n`).catch(() => undefined);
