import type { Command } from 'commander';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { type Failure, Stopped, usage } from './failure.js';
import { type Environment, type Io, note } from './io.js';
import type { Operation, Option } from './operations/operation.js';
import { valueOf } from './options.js';
import { lookOf } from './output/table.js';
import { ask, type Run } from './work/ask.js';
import { download } from './work/download.js';
import { follow } from './work/follow.js';
import { list } from './work/list.js';
import { queryHash } from './work/part-note.js';
import { Files } from './work/secret-files.js';
import { upload } from './work/upload.js';
import { type Connection, connectionOf, isThisMachine } from './wire/connection.js';
import { Patient } from './wire/patient.js';
import { prepare, type Prepared, type Value } from './wire/request.js';

/** The flags that are no option of the API's own, as commander names them. */
interface Flags {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly as?: string;
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly minPosition?: string;
  readonly requestId?: string;
  readonly ifMatch?: string;
  readonly idempotencyKey?: string;
  readonly secretFile?: string;
  readonly limit?: string;
  readonly all?: boolean;
  readonly output?: string;
  readonly force?: boolean;
  readonly resume?: boolean;
}

const limitOf = ({ limit }: Flags): number | undefined => {
  if (limit === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/u.test(limit)) throw usage('--limit: expected a whole number, at least 1');
  return Number(limit);
};

const camel = (flag: string): string => flag.replace(/-(.)/gu, (_, letter: string) => letter.toUpperCase());

type Given = ReadonlyArray<readonly [option: Option, value: Value]>;

/** What was typed for the operation's own arguments and options. */
const givenTo = async (operation: Operation, command: Command, files: Files): Promise<Given> => {
  const { args = {}, options = {} } = operation;
  const typed = command.opts<Readonly<Record<string, string | boolean | undefined>>>();
  const texts = [
    ...Object.entries(args).map(([name, option], index) => [name, option, command.args[index]] as const),
    ...Object.entries(options).map(([name, option]) => [name, option, typed[camel(name)]] as const),
  ];
  const given: Array<readonly [Option, Value]> = [];
  for (const [name, option, text] of texts)
    if (text !== undefined) given.push([option, await valueOf(name, option, text, files)]);
  const names = given.map(([{ in: place, name }]) => `${place} ${name}`);
  if (new Set(names).size < names.length) throw usage('two of these options say the same thing in two ways: take one');
  return given;
};

/** A proxy of one's own may stand in between, so it is told, and not refused. */
const warnOfPlainHttp = async (io: Io, { url, token }: Connection, given: Given): Promise<void> => {
  const isSecret = token !== undefined || given.some(([{ takes }]) => takes.startsWith('secret-'));
  if (isSecret && url.protocol === 'http:' && !isThisMachine(url))
    await note(
      io,
      `writ: warning: a credential goes to ${url.host} over plain http, where others may read it: use https.`,
    );
};

/** Whoever was not told what came of a command can ask again under the key that it was sent with: it is done once. */
const tellKey = async (io: Io, { headers }: Prepared, { idempotencyKey }: Flags, error: unknown): Promise<void> => {
  const key = headers['Idempotency-Key'];
  if (key === undefined || idempotencyKey !== undefined || !(error instanceof Stopped)) return;
  if (!mayBeDone(error.failure)) return;
  await note(io, `writ: it may have been done. The same command with --idempotency-key ${key} does nothing twice.`);
};

const mayBeDone = (failure: Failure): boolean => {
  if (failure._tag === 'Refused') return failure.status >= 500;
  return failure._tag === 'Interrupted' || (failure._tag === 'Unreachable' && failure.unsent !== true);
};

/** A reader who has had enough of what is read from its beginning (`writ … | head`) is no failure. */
const isEnough = ({ answer }: Operation, error: unknown): boolean =>
  ['list', 'file', 'text'].includes(answer.as) &&
  error instanceof Stopped &&
  error.failure._tag === 'NotWritten' &&
  error.failure.left;

/** One run of one operation. */
export const perform = async (operation: Operation, command: Command, io: Io, env: Environment): Promise<ExitCode> => {
  const flags = command.optsWithGlobals<Flags>();
  const files = new Files(io.stdin, io.signal);
  const connection = connectionOf(flags, env, operation.open);
  const given = await givenTo(operation, command, files);
  const request = prepare(operation, connection, given, flags);
  await warnOfPlainHttp(io, connection, given);
  const patient = new Patient(io, connection);
  const look = lookOf(io.stdout, env);
  const run: Run = { io, patient, look, json: flags.json === true, ndjson: flags.ndjson === true };
  const { answer } = operation;
  try {
    if (operation.uploads === true) return await upload(run, request, command.args.at(-1) ?? '-', files);
    switch (answer.as) {
      case 'list':
        return await list(run, answer.columns, request, { limit: limitOf(flags), all: flags.all });
      case 'file':
        return await download(run, request, flags, answer.resumes ? queryHash(connection, request) : undefined);
      case 'followed':
        return await follow(run, operation, request);
      case 'record':
      case 'prose':
      case 'nothing':
      case 'text':
        return await ask(run, operation, request, flags.secretFile);
    }
  } catch (error) {
    if (isEnough(operation, error)) return exitCodes.done;
    await tellKey(io, request, flags, error);
    throw error;
  } finally {
    patient.transport.close();
  }
};
