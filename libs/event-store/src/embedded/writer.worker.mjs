import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Appender } from './append.mjs';
import { openLog } from './log-file.mjs';

/**
 * @typedef {import('./append.mjs').Request} Request
 * @typedef {import('./append.mjs').Answer} Answer
 * @typedef {ReadonlyArray<Request> | 'close'} ToWriter
 * @typedef {{ kind: 'open', logId: string } | { kind: 'refused', cause: string } | { kind: 'closed' }} Notice
 * @typedef {ReadonlyArray<Answer> | Notice} FromWriter  Answers come in the order of the requests.
 */

/** One commit takes at most so many requests: a longer queue waits for the next. */
const GROUP = 1000;

const port = parentPort;
if (port === null) throw new Error('the writer is a worker thread');

/** @param {FromWriter} message */
const tell = (message) => {
  port.postMessage(message);
};

/** @param {unknown} error */
const causeOf = (error) => {
  const { code, message } = /** @type {{ code?: unknown, message?: unknown }} */ (error);
  return code === undefined ? String(message) : `${String(code)}: ${String(message)}`;
};

/** @param {string} path */
const open = (path) => {
  try {
    return openLog(path);
  } catch (error) {
    tell({ kind: 'refused', cause: causeOf(error) });
    return undefined;
  }
};

/** @param {import('better-sqlite3').Database} db */
const serve = (db) => {
  const appender = new Appender(db);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');

  /**
   * One commit for all. Each request is refused or taken alone; when the disk fails them, it fails them together.
   *
   * @param {ReadonlyArray<Request>} requests
   * @returns {ReadonlyArray<Answer>}
   */
  const group = (requests) => {
    try {
      begin.run();
      const answers = requests.map((request) => appender.do(request));
      commit.run();
      return answers;
    } catch (error) {
      appender.heads.forget();
      if (db.inTransaction) db.exec('ROLLBACK');
      return requests.map(() => ({ kind: 'failed', cause: causeOf(error) }));
    }
  };

  const close = () => {
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    tell({ kind: 'closed' });
    port.close();
  };

  /** Whatever has arrived by now is the group: nobody waits for company. @param {ToWriter} first */
  const drain = (first) => {
    /** @type {Array<Request>} */
    const waiting = [];
    /** @type {ToWriter | undefined} */
    let next = first;
    while (next !== undefined && next !== 'close') {
      waiting.push(...next);
      next = /** @type {{ message: ToWriter } | undefined} */ (receiveMessageOnPort(port))?.message;
    }
    for (let n = 0; n < waiting.length; n += GROUP) tell(group(waiting.slice(n, n + GROUP)));
    if (next === 'close') close();
  };

  port.on('message', drain);
};

const opened = open(/** @type {{ path: string }} */ (workerData).path);
if (opened !== undefined) {
  serve(opened.db);
  tell({ kind: 'open', logId: opened.logId });
}
