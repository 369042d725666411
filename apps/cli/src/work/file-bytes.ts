import { readSync, writeSync } from 'node:fs';
import { badFile } from '../failure.js';
import { BLOCK } from './whole-lines.js';

/** All of the piece, from that place on. */
export const written = (file: number, piece: Uint8Array, at: number): void => {
  for (let from = 0; from < piece.length;) from += writeSync(file, piece, from, piece.length - from, at + from);
};

/** The first `size` bytes of one file into another. */
export const copied = (from: number, to: number, size: number): void => {
  const block = Buffer.alloc(BLOCK);
  for (let at = 0; at < size;) {
    const read = readSync(from, block, 0, Math.min(BLOCK, size - at), at);
    if (read === 0) throw badFile('the file became shorter while it was read');
    written(to, block.subarray(0, read), at);
    at += read;
  }
};
