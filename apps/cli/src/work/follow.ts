import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ExitCode } from '../exit-codes.js';
import { unfinished } from '../failure.js';
import type { Operation } from '../operations/operation.js';
import { at } from '../output/cells.js';
import { progressOf } from '../output/progress.js';
import { headersOf, otherThan } from '../wire/patient.js';
import type { Prepared } from '../wire/request.js';
import { isTold, type Run, showRecord, verdictOn } from './ask.js';

const lineOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Long work of the server: how far it is, line by line, and what it came to in the last. */
export const follow = async (run: Run, operation: Operation, request: Prepared): Promise<ExitCode> => {
  const headers = { ...request.headers, Accept: 'application/x-ndjson' };
  const answer = await run.patient.open({ ...request, headers });
  const progress = progressOf(run.io, operation.words, '%', 100);
  let last: unknown;
  try {
    for await (const text of createInterface({ input: Readable.from(run.patient.transport.pieces(answer)) })) {
      last = lineOf(text);
      const done = at(last, 'done');
      if (typeof done === 'number') progress.reached(Math.floor(done * 100));
    }
  } finally {
    progress.end();
  }
  if (at(last, 'done') !== undefined) throw unfinished('the server told how far it was, and not what it came to');
  const told = { status: 200, headers: headersOf(answer), body: last, text: '' };
  if (operation.verdict !== undefined && !isTold(operation.verdict, last)) throw otherThan('what was asked for', told);
  await showRecord(run, operation, told);
  return verdictOn(operation.verdict, last);
};
