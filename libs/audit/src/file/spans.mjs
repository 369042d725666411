/** How many blocks a segment has. */
const BLOCKS_BITS = 6;
const BLOCKS = 2 ** BLOCKS_BITS;

/**
 * Rows come in segments of so many, and these in blocks, of each of which the least and the greatest time is known: 16 bytes in
 * memory. Clocks may go back, so any block may hold any time.
 */
export class Spans {
  /** @type {number[]} */
  #least = [];
  /** @type {number[]} */
  #greatest = [];
  #blockBits;

  /** @param {number} bits of the number of rows in a segment */
  constructor(bits) {
    this.#blockBits = bits - BLOCKS_BITS;
    this.bits = bits;
    this.segment = 2 ** bits;
  }

  /** @param {number} n @param {number} at */
  add(n, at) {
    const block = n >> this.#blockBits;
    this.#least[block] = Math.min(this.#least[block] ?? Infinity, at);
    this.#greatest[block] = Math.max(this.#greatest[block] ?? -Infinity, at);
  }

  /** Whether the block of row `n` may have rows that were done from `from` on, and before `to`. @param {number} n @param {number} from @param {number} to */
  mayHold(n, from, to) {
    return this.#overlaps(n >> this.#blockBits, from, to);
  }

  /** @param {number} segment @param {number} from @param {number} to */
  segmentMayHold(segment, from, to) {
    for (let block = segment * BLOCKS; block < (segment + 1) * BLOCKS; block += 1)
      if (this.#overlaps(block, from, to)) return true;
    return false;
  }

  /** The bytes of a full segment. @param {number} segment */
  bytesOf(segment) {
    const [from, to] = [segment * BLOCKS, (segment + 1) * BLOCKS];
    return Buffer.from(Float64Array.from([...this.#least.slice(from, to), ...this.#greatest.slice(from, to)]).buffer);
  }

  /** @param {Uint8Array} bytes */
  load(bytes) {
    const times = new Float64Array(Uint8Array.from(bytes).buffer);
    this.#least.push(...times.subarray(0, BLOCKS));
    this.#greatest.push(...times.subarray(BLOCKS));
  }

  /** @param {number} block @param {number} from @param {number} to */
  #overlaps(block, from, to) {
    return (this.#greatest[block] ?? -Infinity) >= from && (this.#least[block] ?? Infinity) < to;
  }
}
