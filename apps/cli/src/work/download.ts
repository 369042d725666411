import type { IncomingMessage } from 'node:http';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { usage } from '../failure.js';
import { note, put } from '../io.js';
import { type Progress, progressOf } from '../output/progress.js';
import type { Prepared } from '../wire/request.js';
import type { Run } from './ask.js';
import { lastPosition } from './last-position.js';
import { PartFile } from './part-file.js';

export interface Place {
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
  readonly resume?: boolean | undefined;
}

/** The pieces, but for the first line: the headings of a table that has them already. */
async function* withoutFirstLine(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let inside = false;
  for await (const piece of pieces) {
    const end = inside ? -1 : piece.indexOf(0x0a);
    if (inside) yield piece;
    else if (end >= 0) {
      inside = true;
      yield piece.subarray(end + 1);
    }
  }
}

const isCsv = (answer: IncomingMessage): boolean => (answer.headers['content-type'] ?? '').startsWith('text/csv');

const intoFile = async (run: Run, request: Prepared, file: PartFile, progress: Progress): Promise<void> => {
  const after = lastPosition(file.lastLine(), file.firstLine());
  const query = new URLSearchParams(request.query);
  if (after !== undefined) query.set('after', after);
  const answer = await run.patient.open({ ...request, query });
  const pieces = run.patient.transport.pieces(answer);
  for await (const piece of isCsv(answer) && file.size > 0 ? withoutFirstLine(pieces) : pieces) {
    file.write(piece);
    progress.reached(file.size);
  }
};

const intoStdout = async (run: Run, request: Prepared): Promise<ExitCode> => {
  const answer = await run.patient.open(request);
  for await (const piece of run.patient.transport.pieces(answer)) await put(run.io.stdout, piece);
  return exitCodes.done;
};

/** A stream to stdout, or to a file that is there only once it is whole. */
export const download = async (
  run: Run,
  request: Prepared,
  { output, force = false, resume = false }: Place,
  resumes: boolean,
): Promise<ExitCode> => {
  if (output === undefined) {
    if (resume || force) throw usage('--resume and --force go with --output <file>');
    return intoStdout(run, request);
  }
  const file = resume ? PartFile.resume(output) : PartFile.begin(output, force);
  const progress = progressOf(run.io, output, 'bytes');
  try {
    await intoFile(run, request, file, progress);
    file.finish();
  } catch (error) {
    const keeps = resumes && file.size > 0;
    file.giveUp(keeps);
    if (keeps)
      await note(run.io, `${output}.part holds what came so far: the same command with --resume goes on behind it.`);
    throw error;
  } finally {
    progress.end();
  }
  await note(run.io, `${output}: ${file.size} bytes`);
  return exitCodes.done;
};
