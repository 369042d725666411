/** @typedef {import('./lists.mjs').List} List */

/**
 * Which rows of a segment have a term. The newest segment is in memory, read again from its rows at every start; a full one is
 * written in one go, in the order of its terms: so no write ever comes back to an old page, however many keys there are.
 */
export class Postings {
  #get;
  #put;
  /** @type {Map<number, number[]>} */
  #open = new Map();

  /** @param {import('better-sqlite3').Database} db @param {number} segment its size @param {number} sealed how many of them are full */
  constructor(db, segment, sealed) {
    this.segment = segment;
    this.sealed = sealed;
    this.#get = db.prepare('SELECT rows FROM posting WHERE segment = ? AND term = ?').pluck();
    this.#put = db.prepare('INSERT INTO posting VALUES (?, ?, ?)');
  }

  /** @param {number} n @param {ReadonlyArray<number>} terms */
  add(n, terms) {
    for (const term of terms) {
      const rows = this.#open.get(term);
      if (rows === undefined) this.#open.set(term, [n % this.segment]);
      else rows.push(n % this.segment);
    }
  }

  /** Writes the segment that is full now. */
  seal() {
    const terms = Float64Array.from(this.#open.keys()).sort();
    for (const term of terms)
      this.#put.run(this.sealed, term, Buffer.from(Uint16Array.from(this.#open.get(term) ?? []).buffer));
    this.sealed += 1;
    this.#open.clear();
  }

  /** Offsets in the segment, ascending. @param {number} segment @param {number} term @returns {List} */
  of(segment, term) {
    if (segment >= this.sealed) return this.#open.get(term) ?? [];
    const rows = /** @type {Buffer | undefined} */ (this.#get.get(segment, term));
    if (rows === undefined) return [];
    // A buffer of the driver begins where it likes, numbers of two bytes at even places only.
    const { buffer, byteOffset, length } = rows.byteOffset % 2 === 0 ? rows : Uint8Array.from(rows);
    return new Uint16Array(buffer, byteOffset, length / 2);
  }
}
