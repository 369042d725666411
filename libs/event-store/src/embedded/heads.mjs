/**
 * What the writer knows of a stream: its last event, and how many to keep.
 *
 * @typedef {{ revision: number, position: number, maxCount: number | null }} Head
 */

const GENERATION = 50_000;

/**
 * The last event of the streams written to most recently; the rest is asked of SQL. Bounded by two generations: when
 * the young one is full the old one goes. (Taking the first key out of one Map, over and over, is slow in V8.)
 */
export class Heads {
  /** @type {Map<string, Head>} */
  #young = new Map();
  /** @type {Map<string, Head>} */
  #old = new Map();
  #query;

  /** @param {import('better-sqlite3').Database} db */
  constructor(db) {
    this.#query = db.prepare(
      `SELECT (SELECT max_count FROM retention WHERE stream = @stream) AS maxCount,
              coalesce(last.revision, -1) AS revision, coalesce(last.position, 0) AS position
       FROM (SELECT 1) LEFT JOIN
            (SELECT revision, position FROM events WHERE stream = @stream ORDER BY revision DESC LIMIT 1) AS last`,
    );
  }

  /** @param {string} stream @returns {Head} */
  of(stream) {
    return this.#young.get(stream) ?? this.#old.get(stream) ?? /** @type {Head} */ (this.#query.get({ stream }));
  }

  /** @param {string} stream @param {Head} head */
  set(stream, head) {
    this.#young.set(stream, head);
    if (this.#young.size < GENERATION) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  /** After a rollback: nothing that was learnt in the transaction is true. */
  forget() {
    this.#young.clear();
    this.#old.clear();
  }
}
