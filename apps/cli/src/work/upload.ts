import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline, Readable, Transform } from 'node:stream';
import { badFile, reasonOf, Stopped } from '../failure.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { put } from '../io.js';
import { cell } from '../output/cells.js';
import { jsonText, plainText } from '../output/plain-text.js';
import { type Progress, progressOf } from '../output/progress.js';
import { recordOf } from '../output/table.js';
import type { Prepared } from '../wire/request.js';
import type { Run } from './ask.js';
import type { Files } from './secret-files.js';

interface Line {
  readonly line: number;
  readonly status: 'imported' | 'unchanged' | 'refused';
  readonly externalId: string | null;
  readonly error: {
    readonly code: string;
    readonly detail: string;
    readonly errors?: ReadonlyArray<{ readonly pointer: string; readonly detail: string }>;
  } | null;
}
type Summary = Readonly<Record<string, unknown>> & { readonly refused: number; readonly complete: boolean };

/** The file, piece by piece, counted on its way. */
const opened = async (
  path: string,
  files: Files,
  run: Run,
): Promise<readonly [lines: Readable, progress: Progress]> => {
  if (path === '-') return [files.takeStdin(), progressOf(run.io, 'import', 'bytes')];
  const file = await open(path).catch((error: unknown) => {
    throw badFile(reasonOf(error));
  });
  const found = await file.stat();
  if (found.isDirectory()) {
    await file.close();
    throw badFile(`${path}: it is a directory`);
  }
  const progress = progressOf(run.io, path, 'bytes', found.size);
  let sent = 0;
  const counted = new Transform({
    transform: (piece: Buffer, _, pass) => {
      sent += piece.length;
      progress.reached(sent);
      pass(null, piece);
    },
  });
  const source = file
    .createReadStream()
    .on('error', (error) => counted.destroy(badFile(`${path}: ${reasonOf(error)}`)));
  // Whichever ends first takes the other along: a refused import leaves no file open.
  pipeline(source, counted, () => undefined);
  return [counted, progress];
};

const isSummary = (told: Line | Summary): told is Summary => 'complete' in told;

const refusedText = ({ line, externalId, error }: Line): string => {
  const { code = '', detail = '', errors = [] } = error ?? {};
  const whys = errors.length > 0 ? errors.map((fault) => `${fault.pointer}: ${fault.detail}`) : [detail];
  const which = `line ${line}${externalId === null ? '' : ` (${externalId})`}: ${code}`;
  return [plainText(which), ...whys.map((why) => `  ${plainText(why)}`)].join('\n');
};

/** A file of lines, and a report on each: people are told of what was refused, programs of everything. */
export const upload = async (run: Run, request: Prepared, path: string, files: Files): Promise<ExitCode> => {
  const { io, patient } = run;
  const [body, progress] = await opened(path, files, run);
  const headers = { ...request.headers, 'Content-Type': 'application/x-ndjson', Accept: 'application/x-ndjson' };
  let summary: Summary | undefined;
  const told: Line[] = [];
  try {
    const answer = await patient.open({ ...request, headers }, body);
    const lines = createInterface({ input: Readable.from(patient.transport.pieces(answer)) });
    for await (const text of lines) {
      const line = JSON.parse(text) as Line | Summary;
      if (run.ndjson) await put(io.stdout, `${jsonText(line)}\n`);
      if (isSummary(line)) summary = line;
      else if (run.json) told.push(line);
      else if (!run.ndjson && line.status === 'refused') await put(io.stdout, `${refusedText(line)}\n`);
    }
  } catch (error) {
    // A request whose body broke off looks lost: it is the file that cannot be read.
    throw body.errored instanceof Stopped ? body.errored : error;
  } finally {
    progress.end();
    body.destroy();
  }
  // `lines` stands where the report that is asked for as one answer has it.
  if (run.json) await put(io.stdout, `${jsonText({ ...summary, lines: told })}\n`);
  else if (!run.ndjson)
    await put(
      io.stdout,
      recordOf(
        Object.entries(summary ?? {}).map(([name, value]) => [plainText(name), cell(value)]),
        run.look,
      ),
    );
  if (summary?.complete !== true) return exitCodes.other;
  return summary.refused > 0 ? exitCodes.refused : exitCodes.done;
};
