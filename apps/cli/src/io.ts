import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

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

/** Writes, and waits while whoever reads is slow. */
export const put = async (out: Writable, text: string | Uint8Array): Promise<void> => {
  if (!out.write(text)) await once(out, 'drain');
};

/** For people who wait: stdout stays what was asked for, and nothing else. */
export const note = (io: Io, text: string): Promise<void> => put(io.stderr, `${text}\n`);
