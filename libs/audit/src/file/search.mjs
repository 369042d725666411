import { common, joined } from './lists.mjs';
import { isWanted, wantedBy } from './row.mjs';

/**
 * @typedef {import('./lists.mjs').List} List
 * @typedef {import('./row.mjs').Row} Row
 * @typedef {import('./row.mjs').Wanted} Wanted
 * @typedef {import('../trail/trail-index.js').TrailFilter} TrailFilter
 * @typedef {import('../trail/trail-index.js').TrailPart} TrailPart
 *
 * @typedef {{ rows: import('./rows.mjs').Rows, postings: import('./postings.mjs').Postings, spans: import('./spans.mjs').Spans }} Trail
 * @typedef {{ filter: TrailFilter, part: TrailPart, budget: number }} Sought  `budget`: how many rows and lists it may read.
 */

/** Once a part is full, it is looked for one more row, but no further than this: whether there is one is not worth more. */
const AHEAD = 500;

/** The rows of the trail that are between these, both inclusive. @param {Trail['rows']} rows @param {TrailPart} part */
const boundsOf = (rows, { after, order, upTo }) => {
  const last = (upTo === undefined ? rows.count : rows.upTo(upTo)) - 1;
  if (after === null) return { first: 0, last };
  return order === 'asc'
    ? { first: rows.upTo(after), last }
    : { first: 0, last: Math.min(last, rows.before(after) - 1) };
};

/** One part of what is looked for. It ends where it is full or has cost enough, and then says from where it goes on. */
export class Search {
  #trail;
  #sought;
  #first;
  #last;
  #spent = 0;
  #from;
  #to;

  /** @param {Trail} trail @param {Sought} sought */
  constructor(trail, sought) {
    this.#trail = trail;
    this.#sought = sought;
    const { first, last } = boundsOf(trail.rows, sought.part);
    this.#first = first;
    this.#last = last;
    const { from, to } = sought.filter;
    this.#from = from === undefined ? -Infinity : Date.parse(from);
    this.#to = to === undefined ? Infinity : Date.parse(to);
  }

  /**
   * Takes each row found.
   *
   * @param {(n: number, row: Row, body: string) => void} take
   * @returns {number | null} where it stopped: the row that the next part comes after; null where there is nothing more
   */
  run(take) {
    const { filter, part } = this.#sought;
    const wanted = wantedBy(filter);
    if (wanted === undefined) return null;
    let budget = this.#sought.budget;
    let taken = 0;
    let previous = -1;
    for (const n of this.#candidates(wanted)) {
      if (n.row !== undefined) {
        this.#spent += 1;
        const body = this.#trail.rows.bodyOf(n.row);
        const row = this.#trail.rows.parsed(n.row, body);
        if (isWanted(row, filter)) {
          if (taken === part.limit) return previous;
          take(n.row, row, body);
          taken += 1;
          if (taken === part.limit) budget = Math.min(budget, this.#spent + AHEAD);
        }
      }
      previous = n.passed;
      if (this.#spent >= budget) return previous;
    }
    return null;
  }

  /**
   * Rows that may be wanted, in order; and between them, how far there is none.
   *
   * @param {Wanted} wanted
   * @returns {Generator<{ row: number | undefined, passed: number }>}
   */
  *#candidates(wanted) {
    if (this.#first > this.#last) return;
    const { bits, segment: size } = this.#trail.spans;
    const [low, high] = [this.#first >> bits, this.#last >> bits];
    const isUp = this.#sought.part.order === 'asc';
    const count = high - low + 1;
    for (let k = 0; k < count; k += 1) {
      const segment = isUp ? low + k : high - k;
      if (!this.#trail.spans.segmentMayHold(segment, this.#from, this.#to)) continue;
      for (const row of this.#rowsOf(segment, wanted, isUp)) yield { row, passed: row };
      const edge = isUp ? Math.min(this.#last, (segment + 1) * size - 1) : Math.max(this.#first, segment * size);
      yield { row: undefined, passed: edge };
    }
  }

  /** @param {number} segment @param {Wanted} wanted @param {boolean} isUp @returns {Generator<number>} */
  *#rowsOf(segment, wanted, isUp) {
    const list = this.#listOf(segment, wanted);
    const size = this.#trail.spans.segment;
    const base = segment * size;
    const [low, high] = [Math.max(this.#first, base), Math.min(this.#last, base + size - 1)];
    const count = list === undefined ? high - low + 1 : list.length;
    for (let k = 0; k < count; k += 1) {
      const at = isUp ? k : count - 1 - k;
      const n = list === undefined ? low + at : base + Number(list[at]);
      if (n >= low && n <= high && this.#trail.spans.mayHold(n, this.#from, this.#to)) yield n;
    }
  }

  /** Undefined: all rows. @param {number} segment @param {Wanted} wanted @returns {List | undefined} */
  #listOf(segment, { all, anyOf }) {
    /** @type {List | undefined} */
    let found;
    for (const term of all) {
      const list = this.#read(segment, term);
      found = found === undefined ? list : common(found, list);
      if (found.length === 0) return found;
    }
    // Where few rows are left, it is cheaper to look at them than at a list for each organization.
    if (anyOf === undefined || (found !== undefined && found.length <= anyOf.length)) return found;
    const any = joined(anyOf.map((term) => this.#read(segment, term)));
    return found === undefined ? any : common(found, any);
  }

  /** @param {number} segment @param {number} term */
  #read(segment, term) {
    this.#spent += 1;
    return this.#trail.postings.of(segment, term);
  }
}
