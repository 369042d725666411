import { Chains, NONE } from './chains.js';
import { asked, digestHash, idHash, isDigestAt, isIdAt, kindAt, WORDS } from './words.js';
import { isUnnamed } from './kinds.js';

const PAGE = 8_192;
const empty = new Int32Array(WORDS);

/** What a row's number fits into three bytes with, and one more for none. */
export const MOST_ROWS = 2 ** 24 - 1;

/**
 * Keys as rows of thirteen words, found by digest and by id; compared in full. There is no gap: where one is removed the last
 * one moves to. What is known of a key beyond its words lies in columns of the same order.
 */
export class KeyRows {
  size = 0;
  private readonly pages: Int32Array[] = [];
  private readonly byDigest: Chains;
  private readonly byId: Chains;

  /** `stride`: how many words there are for each row, its own and what else is known of it. */
  constructor(
    perChain: { readonly byDigest: number; readonly byId: number },
    private readonly stride: number = WORDS,
  ) {
    this.byDigest = new Chains(perChain.byDigest, (row) => digestHash(this.page(row), this.at(row)));
    this.byId = new Chains(perChain.byId, (row) => idHash(this.page(row), this.at(row)));
  }

  page(row: number): Int32Array {
    return this.pages[row >>> 13] ?? empty;
  }

  at(row: number): number {
    return (row & (PAGE - 1)) * this.stride;
  }

  /** The row that has the digest asked for, or `NONE`. */
  withDigest(): number {
    let row = this.byDigest.first(digestHash(asked, 0));
    while (row !== NONE && !isDigestAt(this.page(row), this.at(row))) row = this.byDigest.after(row);
    return row;
  }

  withId(): number {
    let row = this.byId.first(idHash(asked, 0));
    while (row !== NONE && !this.isNamed(row)) row = this.byId.after(row);
    return row;
  }

  /** Adds the key that was read, and answers with its row. */
  add(): number {
    const row = this.size;
    if (row >>> 13 === this.pages.length) this.pages.push(new Int32Array(PAGE * this.stride));
    this.page(row).set(asked, this.at(row));
    this.size += 1;
    this.byDigest.add(row);
    this.byId.add(row);
    return row;
  }

  /** Answers with the row that takes its place: the last one, which may be itself. */
  remove(row: number): number {
    const last = this.size - 1;
    this.byDigest.remove(row);
    this.byId.remove(row);
    if (last !== row) {
      const from = this.at(last);
      this.page(row).set(this.page(last).subarray(from, from + this.stride), this.at(row));
      this.byDigest.move(last, row);
      this.byId.move(last, row);
    }
    this.size = last;
    this.pages.length = Math.min(this.pages.length, Math.ceil(last / PAGE) + 1);
    this.byDigest.shrink(last);
    this.byId.shrink(last);
    return last;
  }

  private isNamed(row: number): boolean {
    const [page, at] = [this.page(row), this.at(row)];
    return isIdAt(page, at) && !isUnnamed(kindAt(page, at));
  }
}
