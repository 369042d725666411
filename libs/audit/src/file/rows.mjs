import { damaged } from './trail-file.mjs';

/**
 * @typedef {import('./row.mjs').Row} Row
 * @typedef {import('../trail/trail-index.js').TrailEnd} TrailEnd
 */

/** How many a row has. */
const FIELDS = 13;

const LONGEST = 2n ** 128n - 1n;

/** Big-endian in 16 bytes, so that bytes order as positions do: EventStoreDB's have 128 bits. @param {bigint} position */
const bytesOf = (position) =>
  Buffer.from((position > LONGEST ? LONGEST : position).toString(16).padStart(32, '0'), 'hex');

/** @param {Buffer} bytes */
const positionOf = (bytes) => BigInt(`0x${bytes.toString('hex')}`);

/** The rows by number, from 0. Their positions rise, and so do the latest times: so either is found by halving. */
export class Rows {
  #insert;
  #body;
  #position;
  #latest;
  #end;

  /** @param {import('better-sqlite3').Database} db */
  constructor(db) {
    this.#insert = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?)');
    this.#body = db.prepare('SELECT body FROM event WHERE n = ?').pluck();
    this.#position = db.prepare('SELECT position FROM event WHERE n = ?').pluck();
    this.#latest = db.prepare('SELECT latest FROM event WHERE n = ?').pluck();
    this.#end = db.prepare("INSERT OR REPLACE INTO meta VALUES ('end', ?)");
    const last = /** @type {number | null} */ (db.prepare('SELECT max(n) FROM event').pluck().get());
    this.count = last === null ? 0 : last + 1;
    this.latest = last === null ? -Infinity : this.timeOf(last);
    this.position = last === null ? 0n : this.positionOf(last);
    const end = /** @type {string | undefined} */ (
      db.prepare("SELECT value FROM meta WHERE key = 'end'").pluck().get()
    );
    this.end = this.#endOf(end);
  }

  /** @param {string} body @param {bigint} position @param {number} at */
  add(body, position, at) {
    if (position <= this.position) throw new Error('events came out of order');
    this.position = position;
    this.latest = Math.max(this.latest, at);
    this.#insert.run(this.count, bytesOf(position), this.latest, body);
    this.count += 1;
  }

  /** @param {TrailEnd} end */
  setEnd({ position, last }) {
    this.#end.run(JSON.stringify({ position: position.toString(), last }));
    this.end = { position, last };
  }

  /** @param {number} n @returns {string} */
  bodyOf(n) {
    return this.#there(n, /** @type {string | undefined} */ (this.#body.get(n)));
  }

  /** @param {number} n @param {string} body @returns {Row} */
  parsed(n, body) {
    try {
      const row = /** @type {Row} */ (JSON.parse(body));
      if (Array.isArray(row) && row.length === FIELDS && Number.isFinite(Date.parse(row[3]))) return row;
    } catch {
      // What it says would quote the row.
    }
    throw damaged(`row ${String(n)} is no row`);
  }

  /** @param {number} n @returns {bigint} */
  positionOf(n) {
    return positionOf(this.#there(n, /** @type {Buffer | undefined} */ (this.#position.get(n))));
  }

  /** In ms. @param {number} n @returns {number} */
  timeOf(n) {
    return this.#there(n, /** @type {number | undefined} */ (this.#latest.get(n)));
  }

  /** How many rows lie before this position. @param {bigint} position */
  before(position) {
    const bytes = bytesOf(position);
    const stored = (/** @type {number} */ n) =>
      this.#there(n, /** @type {Buffer | undefined} */ (this.#position.get(n)));
    return this.#countOf((n) => Buffer.compare(stored(n), bytes) < 0);
  }

  /** How many rows lie at or before this position. @param {bigint} position */
  upTo(position) {
    return this.before(position + 1n);
  }

  /** How many rows there are before the first whose latest time is past this one, in ms. @param {number} time */
  upToTime(time) {
    return this.#countOf((n) => this.timeOf(n) <= time);
  }

  /** @param {(n: number) => boolean} isBefore true for the first rows, and from some row on no more @returns {number} */
  #countOf(isBefore) {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @template A @param {number} n @param {A | undefined} found @returns {A} */
  #there(n, found) {
    if (found === undefined) throw damaged(`row ${String(n)} is not there`);
    return found;
  }

  /** @param {string | undefined} text @returns {TrailEnd} */
  #endOf(text) {
    if (text === undefined) return { position: 0n, last: null };
    const { position, last } = JSON.parse(text);
    return { position: BigInt(position), last };
  }
}
