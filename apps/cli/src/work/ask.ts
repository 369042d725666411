import { type Io, note, put } from '../io.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { Stopped, unfinished } from '../failure.js';
import type { Answer, Operation } from '../operations/operation.js';
import { at } from '../output/cells.js';
import { jsonText, plainText } from '../output/plain-text.js';
import { shownText } from '../output/shown.js';
import type { Look } from '../output/table.js';
import { type Answered, otherThan, type Patient } from '../wire/patient.js';
import type { Prepared } from '../wire/request.js';
import { SecretFile } from './secret-files.js';

/** How what comes back is shown. */
export interface Shown {
  readonly json: boolean;
  readonly ndjson: boolean;
  readonly look: Look;
}

export interface Run extends Shown {
  readonly io: Io;
  readonly patient: Patient;
}

const isFields = (body: unknown): body is Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null;

export const showRecord = async (
  { io, json, ndjson, look }: Run,
  operation: Operation,
  answer: Answered,
): Promise<void> => {
  const { body, text } = answer;
  if (body !== undefined && (json || ndjson)) return put(io.stdout, `${jsonText(body, ndjson ? undefined : 2)}\n`);
  return put(io.stdout, shownText(operation.answer, body, text, look));
};

/** The secret alone on stdout, so that it can be caught in a variable; what it belongs to is told beside it. */
const showSecret = async (
  run: Run,
  operation: Operation & { readonly secret: string },
  answer: Answered,
  file: SecretFile | undefined,
): Promise<void> => {
  const { io, json, ndjson, look } = run;
  const { [operation.secret]: secret, ...rest } = isFields(answer.body) ? answer.body : {};
  const shownOnce = typeof secret === 'string' ? secret : undefined;
  const lost = shownOnce === undefined ? undefined : file?.keep(shownOnce);
  if (file !== undefined && shownOnce !== undefined && lost === undefined)
    return showRecord(run, operation, { ...answer, body: { ...rest, [operation.secret]: null } });
  if (json || ndjson) await showRecord(run, operation, answer);
  else {
    await note(io, shownText(operation.answer, rest, '', look).trimEnd());
    if (shownOnce !== undefined)
      await put(io.stdout, `${look.width === undefined ? shownOnce : plainText(shownOnce)}\n`);
  }
  // It is done, and no second answer has the secret: it is told after all, and that it was.
  if (lost !== undefined)
    throw unfinished(
      `--secret-file: ${lost}. What was asked for is done, and its ${operation.secret} is on stdout: keep it.`,
    );
  if (shownOnce === undefined) {
    file?.discard();
    throw unfinished(
      `This was done before, under the same Idempotency-Key, and a secret is shown once: ${operation.secret} is not known any more. ` +
        'If nobody has it, revoke what was made and make it anew.',
    );
  }
};

/** Only a yes, a no or a count is a verdict; or that there is none yet, where what holds it is null. */
export const isTold = (verdict: string, body: unknown): boolean => {
  const holder = verdict.split('.').slice(0, -1).join('.');
  return ['boolean', 'number'].includes(typeof at(body, verdict)) || (holder !== '' && at(body, holder) === null);
};

/** What nobody read is on no disk either. */
const lostSecret = (secret: string, { status, body }: Answered, detail: string): Stopped => {
  const id = at(body, 'id');
  const what = status === 201 ? `${typeof id === 'string' ? id : 'it'} is made` : 'what was asked for is done';
  const then = status === 201 ? 'revoke it' : 'ask for it again';
  return unfinished(`${detail}. So ${what}, and its ${secret} is lost: ${then}.`);
};

export const verdictOn = (verdict: string | undefined, body: unknown): ExitCode => {
  const told = verdict === undefined ? undefined : at(body, verdict);
  return told === false || (typeof told === 'number' && told > 0) ? exitCodes.denied : exitCodes.done;
};

const isAlso = (answer: Answer, { headers }: Answered): boolean => {
  const type = headers['content-type'] ?? '';
  return answer.as === 'record' && (answer.also ?? []).some((each) => type.startsWith(each));
};

/** Is it what such an operation answers? A page of HTML is nobody's "allowed", nor "done"; nor is another server's JSON. */
const isAnswer = ({ answer, verdict }: Operation, request: Prepared, answered: Answered): boolean => {
  const { status, body } = answered;
  if (answer.as === 'text' || status >= 300) return true;
  if (answer.as === 'nothing') return status === 204;
  if (verdict !== undefined && !isTold(verdict, body)) return false;
  if (isFields(body)) return answer.as !== 'record' || (answer.always ?? 'id') in body;
  // Asked for as such: a page that comes unasked is a proxy's.
  return ['csv', 'html'].includes(request.query.get('format') ?? '') && isAlso(answer, answered);
};

/** One question, one answer. */
export const ask = async (
  run: Run,
  operation: Operation,
  request: Prepared,
  secretFile: string | undefined,
): Promise<ExitCode> => {
  const { secret, verdict } = operation;
  const file = secretFile === undefined ? undefined : new SecretFile(secretFile);
  const asked = async (): Promise<Answered> => {
    const vanishes = operation.method === 'DELETE' && operation.repeats !== true;
    const answered = await run.patient.ask(request, { once: operation.once === true, vanishes });
    if (isAnswer(operation, request, answered)) return answered;
    throw otherThan('what was asked for', answered);
  };
  const answer = await asked().catch((error: unknown) => {
    file?.discard();
    throw error;
  });
  if (secret !== undefined)
    await showSecret(run, { ...operation, secret }, answer, file).catch((error: unknown) => {
      throw file?.holds !== true && error instanceof Stopped && error.failure._tag === 'NotWritten'
        ? lostSecret(secret, answer, error.failure.detail)
        : error;
    });
  else await showRecord(run, operation, answer);
  if (operation.once === true && answer.status >= 300) return exitCodes.unavailable;
  return verdictOn(verdict, answer.body);
};
