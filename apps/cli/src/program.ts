import { Argument, Command, Option as Flag } from 'commander';
import { type Environment, type Io } from './io.js';
import { exitHelp } from './help.js';
import { nouns } from './operations/all.js';
import type { Operation } from './operations/operation.js';
import { flagsOf } from './options.js';
import { changesByPost, isGuarded } from './wire/request.js';

/** What every command takes. */
export const globals = (): ReadonlyArray<Flag> => [
  new Flag('--url <url>', 'Where the server is; WRIT_URL, or http://127.0.0.1:3000'),
  new Flag('--token-file <path>', 'A file that holds the credential; nobody else may read it'),
  new Flag('--as <account>', 'Act for this person: user_…'),
  new Flag('--json', 'Print the answer as JSON'),
  new Flag('--ndjson', 'Print a list as JSON, an item a line').conflicts('json'),
  new Flag('--min-position <position>', 'From a state at or past this Writ-Position'),
  new Flag('--request-id <id>', 'What the server’s log and the events call this request'),
];

const amount = () => [
  new Flag('--limit <n>', 'So many at most; a table shows 100 unless told').conflicts('all'),
  new Flag('--all', 'All of them'),
];

const place = (resumes: boolean) => [
  new Flag('--output <path>', 'Into this file, which is there only once it is whole'),
  new Flag(
    '--force',
    `Replace the file${resumes ? '; with --resume: it is of this query, though nothing says so' : ''}`,
  ),
  ...(resumes ? [new Flag('--resume', 'Go on behind the last whole line of the file')] : []),
];

/** The flags that follow from what kind of operation it is. */
const ownFlags = (operation: Operation): ReadonlyArray<Flag> => [
  ...(operation.answer.as === 'list' ? amount() : []),
  ...(operation.answer.as === 'file' ? place(operation.answer.resumes) : []),
  ...(operation.secret === undefined
    ? []
    : [new Flag('--secret-file <path>', `Write the ${operation.secret} into this new file, for its owner alone`)]),
  ...(changesByPost(operation)
    ? [new Flag('--idempotency-key <key>', 'The same key again does nothing twice; one is made unless given')]
    : []),
  ...(isGuarded(operation) ? [new Flag('--if-match <etag>', 'Only if it has not changed since this ETag')] : []),
];

/** The command of these words, with whatever is above it. */
const commandAt = (program: Command, words: string): Command =>
  words.split(' ').reduce((parent, word) => {
    const found = parent.commands.find((command) => command.name() === word);
    return found ?? parent.command(word).description(nouns[word] ?? '');
  }, program);

export type Chosen = (operation: Operation, command: Command) => Promise<void>;

export const addOperation = (program: Command, operation: Operation, chosen: Chosen): Command => {
  const { words, says, args = {}, options = {}, uploads } = operation;
  const command = commandAt(program, words).description(says);
  for (const [name, { says: what }] of Object.entries(args)) command.addArgument(new Argument(`<${name}>`, what));
  if (uploads === true) command.addArgument(new Argument('<file>', 'The file; - is stdin'));
  for (const [name, option] of Object.entries(options)) for (const one of flagsOf(name, option)) command.addOption(one);
  for (const one of ownFlags(operation)) command.addOption(one);
  return command.action(() => chosen(operation, command));
};

/** The program without its commands; it writes to `io` and never ends the process. */
export const emptyProgram = (io: Io, env: Environment): Command => {
  const program = new Command('writ')
    .description('Who may do what: the command line of Writ, an event-sourced authorization engine')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => io.stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '',
      getErrHasColors: () => io.stderr.isTTY === true && (env['NO_COLOR'] ?? '') === '',
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText('after', exitHelp);
  for (const option of globals()) program.addOption(option);
  return program;
};
