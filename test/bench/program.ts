import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What Node is told to run a program of this folder as this one runs: as it was built, or from its source. */
export const program = (name: string, flags: ReadonlyArray<string> = []): ReadonlyArray<string> => [
  ...process.execArgv.filter((flag) => !flag.startsWith('--max')),
  ...flags,
  fileURLToPath(new URL(`./${name}.${import.meta.url.split('.').at(-1) ?? 'js'}`, import.meta.url)),
];

/** Runs one that is told its task on its standard input, and tells what came of it at its end. `by`: a command before it. */
export const outcomeOf = async <Outcome>(
  name: string,
  task: unknown,
  by: ReadonlyArray<string> = [],
): Promise<Outcome> => {
  const [command = '', ...args] = [...by, process.execPath, ...program(name)];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stdin.end(JSON.stringify(task));
  const told = await text(child.stdout);
  const code = await ended;
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}`);
  return JSON.parse(told) as Outcome;
};
