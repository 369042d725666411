import { SingleBar } from 'cli-progress';
import type { Io } from '../io.js';
import { plainText } from './plain-text.js';

export interface Progress {
  reached(done: number): void;
  end(): void;
}

const silent: Progress = { reached: () => undefined, end: () => undefined };

/** How far long work is, on stderr, and only where somebody looks. Without a total it counts, and promises nothing. */
export const progressOf = (io: Io, what: string, unit: string, total?: number): Progress => {
  if (io.stderr.isTTY !== true) return silent;
  const scale = total === undefined ? `{value} ${unit}` : '[{bar}] {percentage} %';
  const bar = new SingleBar({
    ...{ format: `${plainText(what)} ${scale}, {duration} s`, stream: io.stderr, clearOnComplete: true },
    ...{ hideCursor: null, fps: 5, gracefulExit: false, barsize: 30 },
  });
  bar.start(total ?? 0, 0);
  return { reached: (done) => bar.update(done), end: () => bar.stop() };
};
