/**
 * @typedef {import('../encoded.js').EncodedEvent} EncodedEvent
 *
 * @typedef {{ kind: 'append', stream: string, expected: number | 'any' | 'stream-exists', events: ReadonlyArray<EncodedEvent> }} Append
 *   `expected` is -1 for a stream that must not exist.
 * @typedef {{ kind: 'retain', stream: string, maxCount: number }} Retain
 * @typedef {Append | Retain} Request
 *
 * @typedef {{ kind: 'done', revision: number, position: number }} Done
 * @typedef {{ kind: 'conflict', actual: number | null }} Conflict
 * @typedef {{ kind: 'failed', cause: string }} Failed
 * @typedef {Done | Conflict | Failed} Answer
 */

import { Heads } from './heads.mjs';

/** How far back an append that expects no revision looks for an earlier one of the same ids. */
const REPEAT_WINDOW = 1000;

/** Decides and writes requests, one after another, inside whatever transaction the caller has open. */
export class Appender {
  #insert;
  #trim;
  #retain;
  #from;
  #find;

  /** @param {import('better-sqlite3').Database} db */
  constructor(db) {
    this.heads = new Heads(db);
    this.#insert = db.prepare(
      'INSERT INTO events (stream, revision, id, type, version, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#trim = db.prepare('DELETE FROM events WHERE stream = ? AND revision <= ?');
    this.#retain = db.prepare('INSERT OR REPLACE INTO retention VALUES (?, ?)');
    this.#from = db.prepare(
      'SELECT id, revision, position FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
    );
    this.#find = db.prepare('SELECT max(revision) FROM events WHERE stream = ? AND revision > ? AND id = ?').pluck();
  }

  /** @param {Request} request @returns {Answer} */
  do(request) {
    return request.kind === 'append' ? this.#append(request) : this.#keep(request);
  }

  /** @param {Append} append @returns {Answer} */
  #append({ stream, expected, events }) {
    const head = this.heads.of(stream);
    const { revision: last } = head;
    const repeated = this.#repeated(stream, expected, last, events);
    if (repeated !== undefined) return repeated;
    const met = typeof expected === 'number' ? expected === last : expected === 'any' || last >= 0;
    if (!met) return { kind: 'conflict', actual: last < 0 ? null : last };

    let { revision, position } = head;
    for (const [id, type, version, data, metadata] of events) {
      revision += 1;
      position = Number(this.#insert.run(stream, revision, id, type, version, data, metadata).lastInsertRowid);
    }
    if (head.maxCount !== null) this.#trim.run(stream, revision - head.maxCount);
    this.heads.set(stream, { revision, position, maxCount: head.maxCount });
    return { kind: 'done', revision, position };
  }

  /**
   * The answer given the first time, when the very same ids already lie where this append would have put them.
   *
   * @param {string} stream
   * @param {Append['expected']} expected
   * @param {number} last
   * @param {ReadonlyArray<EncodedEvent>} events
   * @returns {Done | undefined}
   */
  #repeated(stream, expected, last, events) {
    const [first] = events;
    if (first === undefined || last < 0 || expected === last) return undefined;
    const found =
      typeof expected === 'number'
        ? expected + 1
        : /** @type {number | null} */ (this.#find.get(stream, last - REPEAT_WINDOW, first[0]));
    if (found === null) return undefined;
    const stored = /** @type {Array<{ id: string, revision: number, position: number }>} */ (
      this.#from.all(stream, found, events.length)
    );
    const same = events.every(([id], n) => stored[n]?.id === id && stored[n].revision === found + n);
    const end = stored.at(-1);
    return same && end !== undefined ? { kind: 'done', revision: end.revision, position: end.position } : undefined;
  }

  /** The newest event stays, so the log's last one does too, and positions are never given out twice. */
  /** @param {Retain} retain @returns {Answer} */
  #keep({ stream, maxCount }) {
    const { revision, position } = this.heads.of(stream);
    this.#retain.run(stream, maxCount);
    this.#trim.run(stream, revision - maxCount);
    this.heads.set(stream, { revision, position, maxCount });
    return { kind: 'done', revision, position };
  }
}
