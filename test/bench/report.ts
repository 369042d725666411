import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** Conditions first: a figure without them says nothing. */
export const conditions = (name: string, more: Readonly<Record<string, string | number>> = {}): void => {
  const [cpu] = cpus();
  const rows = {
    bench: name,
    at: new Date().toISOString(),
    node: process.version,
    machine: `${String(cpus().length)} × ${cpu?.model ?? 'unknown'}, ${String(Math.round(totalmem() / 2 ** 30))} GiB, Linux ${release()}`,
    commit: commit(),
    ...more,
  };
  for (const [key, value] of Object.entries(rows)) print(`${key.padEnd(12)} ${value}`);
  print('');
};

const commit = (): string => {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with uncommitted changes'}`;
  } catch {
    return 'unknown';
  }
};

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The p-th percentile of values in any order; sorts them in place. */
export const percentile = (values: Float64Array, p: number): number => {
  values.sort();
  return values[Math.min(values.length - 1, Math.floor(values.length * p))] ?? Number.NaN;
};

/** A figure, what it should be, and whether it is. */
export const verdict = (what: string, figure: string, wanted: string, reached: boolean): void => {
  print(`${reached ? 'reached' : 'MISSED '}  ${what}: ${figure} (wanted ${wanted})`);
};

/** Small, seeded, good enough to choose keys with: mulberry32. */
export const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};
