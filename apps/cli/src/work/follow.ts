import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ExitCode } from '../exit-codes.js';
import { unfinished } from '../failure.js';
import type { Operation } from '../operations/operation.js';
import { progressOf } from '../output/progress.js';
import type { Prepared } from '../wire/request.js';
import { type Run, showRecord, verdictOn } from './ask.js';

const fields = (text: string): Readonly<Record<string, unknown>> =>
  JSON.parse(text) as Readonly<Record<string, unknown>>;

/** Long work of the server: how far it is, line by line, and what it came to in the last. */
export const follow = async (run: Run, operation: Operation, request: Prepared): Promise<ExitCode> => {
  const headers = { ...request.headers, Accept: 'application/x-ndjson' };
  const progress = progressOf(run.io, operation.words, '%', 100);
  let last: Readonly<Record<string, unknown>> = {};
  try {
    const answer = await run.patient.open({ ...request, headers });
    for await (const text of createInterface({ input: Readable.from(run.patient.transport.pieces(answer)) })) {
      last = fields(text);
      if (typeof last['done'] === 'number') progress.reached(Math.floor(last['done'] * 100));
    }
  } finally {
    progress.end();
  }
  if ('done' in last) throw unfinished('the server told how far it was, and not what it came to');
  await showRecord(run, operation, { status: 200, headers: {}, body: last, text: '' });
  return verdictOn(operation.verdict, last);
};
