import { Numbers } from './numbers.js';

/** The end of a chain. */
export const NONE = -1;

/**
 * Which rows have a hash: linear hashing (Litwin 1980). A chain of rows for each bucket; when there are more rows than `perChain` for
 * each, one more bucket is made and one chain parted. So it is never made anew as a whole: growing has no pause.
 */
export class Chains {
  private readonly heads = new Numbers();
  private readonly following = new Numbers();
  private rows = 0;
  private buckets = 1;
  /** The largest power of two that is not above `buckets`. */
  private half = 1;

  constructor(
    private readonly perChain: number,
    private readonly hashOf: (row: number) => number,
  ) {}

  first(hash: number): number {
    return this.heads.get(this.bucketOf(hash)) - 1;
  }

  after(row: number): number {
    return this.following.get(row) - 1;
  }

  add(row: number): void {
    this.rows += 1;
    while (this.rows > this.buckets * this.perChain) this.part();
    this.link(this.bucketOf(this.hashOf(row)), row);
  }

  remove(row: number): void {
    this.replace(row, this.after(row));
    this.rows -= 1;
    while (this.rows < (this.buckets - 1) * this.perChain * 0.5) this.join();
  }

  /** The row is another's from now on; what was in its place before is gone. */
  move(from: number, to: number): void {
    this.following.set(to, this.after(from) + 1);
    this.replace(from, to);
  }

  /** There are no rows any more from `length` on. */
  shrink(length: number): void {
    this.following.shrink(length);
  }

  /** Puts `by` where the chain has `row`. The row's words still have to be there. */
  private replace(row: number, by: number): void {
    const bucket = this.bucketOf(this.hashOf(row));
    let at = this.heads.get(bucket) - 1;
    if (at === row) {
      this.heads.set(bucket, by + 1);
      return;
    }
    while (at !== NONE && this.after(at) !== row) at = this.after(at);
    if (at !== NONE) this.following.set(at, by + 1);
  }

  private bucketOf(hash: number): number {
    const bucket = (hash & (2 * this.half - 1)) >>> 0;
    return bucket < this.buckets ? bucket : bucket & (this.half - 1);
  }

  private link(bucket: number, row: number): void {
    this.following.set(row, this.heads.get(bucket));
    this.heads.set(bucket, row + 1);
  }

  private part(): void {
    const parted = this.buckets & (this.half - 1);
    this.buckets += 1;
    this.relink(parted);
    if (this.buckets === 2 * this.half) this.half = this.buckets;
  }

  private join(): void {
    const last = this.buckets - 1;
    this.buckets = last;
    if (last < this.half) this.half /= 2;
    this.relink(last);
    this.heads.shrink(this.buckets);
  }

  /** Gives every row of a chain to the bucket that it has now. */
  private relink(bucket: number): void {
    let row = this.heads.get(bucket) - 1;
    this.heads.set(bucket, 0);
    while (row !== NONE) {
      const next = this.after(row);
      this.link(this.bucketOf(this.hashOf(row)), row);
      row = next;
    }
  }
}
