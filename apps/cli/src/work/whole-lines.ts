import { fstatSync, readSync } from 'node:fs';

/** How much is looked through at once. */
export const BLOCK = 65_536;
const lineFeed = 0x0a;

/** Where the last line that ends at or before `before` ends. */
const endOfLines = (file: number, before: number): number => {
  for (let end = before; end > 0;) {
    const begin = Math.max(0, end - BLOCK);
    const block = Buffer.alloc(end - begin);
    readSync(file, block, 0, block.length, begin);
    const found = block.lastIndexOf(lineFeed);
    if (found >= 0) return begin + found + 1;
    end = begin;
  }
  return 0;
};

const textAt = (file: number, begin: number, end: number): string => {
  const bytes = Buffer.alloc(end - begin);
  readSync(file, bytes, 0, bytes.length, begin);
  return bytes.toString('utf8');
};

const bare = (line: string): string => line.replace(/\r$/u, '');

/** The lines of a file that have their end: what breaks off leaves a piece of one behind them. */
export interface WholeLines {
  /** In bytes. */
  readonly size: number;
  /** Without their ends; undefined where no line is whole. */
  readonly first: string | undefined;
  readonly last: string | undefined;
  /** What it begins with, whether that is a whole line or not. */
  readonly beginning: string;
}

export const wholeLinesOf = (file: number): WholeLines => {
  const bytes = fstatSync(file).size;
  const size = endOfLines(file, bytes);
  const beginning = textAt(file, 0, Math.min(BLOCK, bytes)).split('\n', 1)[0] ?? '';
  if (size === 0) return { size, first: undefined, last: undefined, beginning };
  const last = textAt(file, endOfLines(file, size - 1), size - 1);
  return { size, first: bare(beginning), last: bare(last), beginning };
};
