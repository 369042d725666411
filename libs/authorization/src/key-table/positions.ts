const HALF = 64n;
const MASK = (1n << HALF) - 1n;
const LIMIT = 1n << 62n;

/**
 * A position in 64 bits, signed. The embedded log counts, so its own do as they are; EventStoreDB's are two numbers in 128 bits, which are the
 * same one unless a transaction of another client wrote it: that one, negative. Undefined for any other.
 */
export const narrowed = (position: bigint): bigint | undefined => {
  if (position < LIMIT) return position;
  const commit = position >> HALF;
  return commit === (position & MASK) && commit < LIMIT ? -commit : undefined;
};

export const widened = (narrow: bigint): bigint => (narrow >= 0n ? narrow : (-narrow << HALF) | -narrow);

const PAGE = 8_192;
const FAR = -(2 ** 31);

interface Page {
  readonly base: bigint;
  readonly offsets: Int32Array;
}

/** Positions that mostly rise from row to row: each in four bytes, as the distance from the first one of its page. */
export class Positions {
  private readonly pages: Page[] = [];
  private readonly far = new Map<number, bigint>();

  get(row: number): bigint {
    const page = this.pages[row >>> 13];
    const offset = page?.offsets[row & (PAGE - 1)];
    if (page === undefined || offset === undefined || offset === FAR) return this.far.get(row) ?? 0n;
    return widened(page.base + BigInt(offset));
  }

  set(row: number, position: bigint): void {
    const narrow = narrowed(position);
    const index = row >>> 13;
    this.pages[index] ??= { base: narrow ?? 0n, offsets: new Int32Array(PAGE) };
    const { base, offsets } = this.pages[index];
    const offset = narrow === undefined ? FAR : Number(narrow - base);
    const isNear = Math.abs(offset) < -FAR;
    offsets[row & (PAGE - 1)] = isNear ? offset : FAR;
    if (isNear) this.far.delete(row);
    else this.far.set(row, position);
  }

  /** There are no rows any more from `length` on. */
  shrink(length: number): void {
    this.far.delete(length);
    this.pages.length = Math.min(this.pages.length, Math.ceil(length / PAGE));
  }
}
