import { Argument, CommanderError, type Command } from 'commander';
import { completing, completionScripts, completions, type Shell, shells } from './completion.js';
import { codeOfFailure, exitCodes, type ExitCode } from './exit-codes.js';
import { type Failure, reasonOf, Stopped } from './failure.js';
import { type Environment, type Io, note, put } from './io.js';
import { operations } from './operations/all.js';
import { failureText } from './output/failure-text.js';
import { perform } from './perform.js';
import { addOperation, emptyProgram } from './program.js';
import { restoreFrom } from './work/restore.js';

interface Built {
  readonly program: Command;
  readonly code: () => ExitCode;
}

/** The whole program; `code` is what the command that ran came to. */
export const build = (io: Io, env: Environment): Built => {
  let code: ExitCode = exitCodes.done;
  const program = emptyProgram(io, env);
  for (const operation of operations)
    addOperation(program, operation, async (chosen, command) => {
      code = await perform(chosen, command, io, env);
    });
  program
    .command('restore')
    .description(
      'Bring a backup into the empty stores that the server’s WRIT_ variables name; no server runs meanwhile',
    )
    .addArgument(new Argument('<file>', 'The backup; - is stdin'))
    .action(async (file: string) => {
      code = await restoreFrom(file, program.opts<{ readonly json?: boolean }>().json === true, io, env);
    });
  program
    .command('completion')
    .description('Print what a shell needs to complete commands of writ')
    .addArgument(new Argument('<shell>', 'The shell').choices(shells))
    .action((shell: Shell) => put(io.stdout, completionScripts[shell]));
  return { program, code: () => code };
};

const failureOf = (error: unknown, { signal }: Io): Failure => {
  if (error instanceof Stopped) return error.failure;
  const isAbort = typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
  if (signal.aborted && isAbort) return { _tag: 'Interrupted' };
  return { _tag: 'Unfinished', detail: `unexpected: ${reasonOf(error)}` };
};

const stopped = async (error: unknown, io: Io): Promise<ExitCode> => {
  // What commander has to say it has said: help is no failure, everything else is a wrong command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const failure = failureOf(error, io);
  await note(io, `writ: ${failureText(failure)}`);
  return codeOfFailure(failure);
};

/** One run of the program, with the exit code that it ends with. */
export const run = async (argv: ReadonlyArray<string>, env: Environment, io: Io): Promise<ExitCode> => {
  const { program, code } = build(io, env);
  try {
    if (argv[0] === completing) {
      await put(
        io.stdout,
        completions(program, argv.slice(1))
          .map((line) => `${line}\n`)
          .join(''),
      );
      return exitCodes.done;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return code();
  } catch (error) {
    return stopped(error, io);
  }
};
