import { parentPort, workerData } from 'node:worker_threads';
import { Postings } from './postings.mjs';
import { Rows } from './rows.mjs';
import { termsOf, timeOfRow, valueOf } from './row.mjs';
import { Search } from './search.mjs';
import { Spans } from './spans.mjs';
import { causeOf, FORMAT, isDamage, openTrail, remove } from './trail-file.mjs';

/**
 * @typedef {import('../trail/trail-index.js').TrailEnd} TrailEnd
 * @typedef {import('./search.mjs').Sought} Sought
 *
 * @typedef {{ bodies: ReadonlyArray<string>, positions: ReadonlyArray<bigint>, end: TrailEnd }} Added
 * @typedef {{ bodies: string[], positions: bigint[], stopped: bigint | null }} Found  `stopped`: the next part comes after it.
 * @typedef {{ position: bigint, time: number }} Moment  `time` in ms.
 */

const port = parentPort;
if (port === null) throw new Error('the trail is a worker thread');
const { path, segmentBits } = /** @type {import('./trail-thread.js').OfThread} */ (workerData);

/** Another size of segments is another format. */
const format = FORMAT * 100 + segmentBits;

/** @typedef {{ db: import('better-sqlite3').Database, rows: Rows, postings: Postings, spans: Spans }} Trail */

/** What is in memory of the file. @param {import('better-sqlite3').Database} db @returns {Trail} */
const loaded = (db) => {
  const spans = new Spans(segmentBits);
  const segments = /** @type {Buffer[]} */ (db.prepare('SELECT times FROM segment ORDER BY n').pluck().all());
  for (const times of segments) spans.load(times);
  const rows = new Rows(db);
  const postings = new Postings(db, spans.segment, segments.length);
  for (let n = segments.length * spans.segment; n < rows.count; n += 1) {
    const row = rows.parsed(n, rows.bodyOf(n));
    spans.add(n, timeOfRow(row));
    postings.add(n, termsOf(row));
  }
  return { db, rows, postings, spans };
};

/** @type {Trail | undefined} */
let opened;

const trail = () => {
  if (opened === undefined) throw new Error(`${path} is not open`);
  return opened;
};

const letGo = () => {
  opened?.db.close();
  opened = undefined;
};

/** @param {Trail} into @param {Added} added */
const add = ({ db, rows, postings, spans }, { bodies, positions, end }) => {
  bodies.forEach((body, k) => {
    const n = rows.count;
    const row = rows.parsed(n, body);
    const at = timeOfRow(row);
    rows.add(body, /** @type {bigint} */ (positions[k]), at);
    spans.add(n, at);
    postings.add(n, termsOf(row));
    if (rows.count % spans.segment > 0) return;
    postings.seal();
    const segment = n >> spans.bits;
    db.prepare('INSERT INTO segment VALUES (?, ?)').run(segment, spans.bytesOf(segment));
  });
  rows.setEnd(end);
};

/** What the other thread may ask for, one thing after another. */
export const calls = {
  /** @param {string} logId @returns {TrailEnd} */
  open(logId) {
    letGo();
    opened = openTrail({ path, format, logId }, loaded).read;
    return opened.rows.end;
  },
  /** @param {string} logId */
  clear(logId) {
    letGo();
    remove(path);
    opened = openTrail({ path, format, logId }, loaded).read;
  },
  /** @param {Added} added */
  append(added) {
    const into = trail();
    try {
      into.db.transaction(() => {
        add(into, added);
      })();
    } catch (error) {
      // What is in memory has what the file has not.
      letGo();
      throw error;
    }
  },
  /** @param {Sought} sought @returns {Found} */
  page(sought) {
    const { rows } = trail();
    /** @type {Found} */
    const found = { bodies: [], positions: [], stopped: null };
    const stopped = new Search(trail(), sought).run((n, _, body) => {
      found.bodies.push(body);
      found.positions.push(rows.positionOf(n));
    });
    return { ...found, stopped: stopped === null ? null : rows.positionOf(stopped) };
  },
  /** @param {'accountId' | 'apiKeyId'} of @param {Sought} sought @returns {{ ids: string[], stopped: bigint | null }} */
  ids(of, sought) {
    /** @type {Set<string | null>} */
    const ids = new Set();
    const stopped = new Search(trail(), sought).run((_, row) => ids.add(valueOf(row, of)));
    ids.delete(null);
    return {
      ids: /** @type {string[]} */ ([...ids]),
      stopped: stopped === null ? null : trail().rows.positionOf(stopped),
    };
  },
  /** @param {number} time @returns {Moment | null} */
  lastBy(time) {
    const { rows } = trail();
    const n = rows.upToTime(time) - 1;
    return n < 0 ? null : { position: rows.positionOf(n), time: rows.timeOf(n) };
  },
  /** @param {bigint} position @returns {number | null} */
  timeOf(position) {
    const { rows } = trail();
    const n = rows.upTo(position) - 1;
    return n < 0 ? null : rows.timeOf(n);
  },
  close() {
    try {
      letGo();
    } finally {
      port.close();
    }
  },
};

/**
 * @typedef {typeof calls} Calls
 * @typedef {{ [Name in keyof Calls]: [Name, ...Parameters<Calls[Name]>] }[keyof Calls]} Call
 * @typedef {{ done: ReturnType<Calls[keyof Calls]> } | { failed: string }} Answer  They come in the order of the calls.
 */

port.on('message', (/** @type {Call} */ [name, ...of]) => {
  /** @type {Answer} */
  let answer;
  try {
    answer = { done: /** @type {(...of: unknown[]) => ReturnType<Calls[keyof Calls]>} */ (calls[name])(...of) };
  } catch (error) {
    answer = { failed: causeOf(path, error) };
    if (isDamage(error)) {
      letGo();
      remove(path);
    }
  }
  port.postMessage(answer);
});
