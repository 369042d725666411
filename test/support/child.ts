import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly pid: number;
  /** What it has said on stdout so far, line by line. */
  readonly lines: ReadonlyArray<string>;
  /** The next line, from now on, that begins so. */
  said(beginning: string, patience?: number): Promise<string>;
  /** Ends it with SIGKILL unless it has ended; afterwards `lines` is all it ever said. */
  kill(): Promise<void>;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Runs a program of `test/support` in a process of its own, from its source. */
export const startChild = (program: string, ...args: ReadonlyArray<string>): Child => {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--import', path('./typescript.mjs'), path(`./${program}`), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const closed = once(child, 'close');
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const listener of listeners) listener(line);
  });
  return {
    pid: child.pid ?? -1,
    lines,
    said: (beginning, patience = 20_000) =>
      new Promise((resolve, reject) => {
        const finish = (): void => {
          clearTimeout(timer);
          listeners.delete(listener);
        };
        const timer = setTimeout(() => {
          finish();
          reject(new Error(`no "${beginning}" in ${String(patience)} ms; the last was: ${lines.at(-1) ?? 'nothing'}`));
        }, patience);
        const listener = (line: string): void => {
          if (!line.startsWith(beginning)) return;
          finish();
          resolve(line);
        };
        listeners.add(listener);
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
      await new Promise(setImmediate);
    },
  };
};
