import type { IncomingMessage } from 'node:http';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { usage } from '../failure.js';
import { note, put } from '../io.js';
import { inPlain } from '../output/plain-text.js';
import { type Progress, progressOf } from '../output/progress.js';
import type { Prepared } from '../wire/request.js';
import { unreachable } from '../wire/transport.js';
import type { Run } from './ask.js';
import { lastPosition } from './last-position.js';
import { PartFile } from './part-file.js';
import { formatOf } from './part-note.js';

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
  const answer = await run.patient.open(request);
  const pieces = run.patient.transport.pieces(answer);
  for await (const piece of isCsv(answer) && file.size > 0 ? withoutFirstLine(pieces) : pieces) {
    file.write(piece);
    progress.reached(file.size);
  }
};

const intoStdout = async (run: Run, request: Prepared): Promise<ExitCode> => {
  const answer = await run.patient.open(request);
  const pieces = run.patient.transport.pieces(answer);
  const isLookedAt = run.look.width !== undefined;
  for await (const piece of isLookedAt ? inPlain(pieces) : pieces) await put(run.io.stdout, piece);
  return exitCodes.done;
};

/** The file, and what is still to be asked for. */
const begun = (request: Prepared, output: string, { force, resume }: Place, hash: string | undefined) => {
  if (resume !== true || hash === undefined) return [PartFile.begin(output, force === true, hash), request] as const;
  const query = new URLSearchParams(request.query);
  const file = PartFile.resume(output, force === true, hash, (lines) => {
    const after = lastPosition(lines, formatOf(query));
    if (after !== undefined) query.set('after', after);
  });
  return [file, { ...request, query }] as const;
};

/** What seals a backup. Where a proxy makes a whole answer of one that was cut, nothing else tells. */
const seal = /^\{"mac":"[0-9a-f]{64}"\}$/u;

const unsealed = (output: string) =>
  unreachable(`what came is no whole backup: its closing line is missing. ${output}.part holds what came.`);

/** A stream to stdout, or to a file that is there only once it is whole. `hash`: of the query, where that can be gone on with. */
export const download = async (
  run: Run,
  request: Prepared,
  place: Place,
  hash: string | undefined,
): Promise<ExitCode> => {
  const { output, force, resume } = place;
  if (output === undefined) {
    if (resume === true || force === true) throw usage('--resume and --force go with --output <file>');
    return intoStdout(run, request);
  }
  const [file, asked] = begun(request, output, place, hash);
  const progress = progressOf(run.io, output, 'bytes');
  let isWhole = false;
  try {
    await intoFile(run, asked, file, progress);
    isWhole = true;
    if (hash === undefined && !seal.test(file.lastLine ?? '')) throw unsealed(output);
    file.finish();
  } catch (error) {
    const resumes = hash !== undefined && file.size > 0;
    file.giveUp(resumes || (isWhole && file.size > 0));
    if (resumes)
      await note(run.io, `${output}.part holds what came so far: the same command with --resume goes on behind it.`);
    throw error;
  } finally {
    progress.end();
  }
  await note(run.io, `${output}: ${file.size} bytes`);
  return exitCodes.done;
};
