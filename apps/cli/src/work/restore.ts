import { exitCodes, type ExitCode } from '../exit-codes.js';
import { reasonOf, Stopped, unfinished, usage } from '../failure.js';
import type { RestoreProgress } from '../../../server/src/restore.js';
import { type Environment, type Io, put } from '../io.js';
import { cell } from '../output/cells.js';
import { jsonText } from '../output/plain-text.js';
import { type Progress, progressOf } from '../output/progress.js';
import { lookOf, recordOf } from '../output/table.js';
import { stoppedBy } from './restore-stopped.js';

/** The server's own configuration, read as the server reads it. */
const configIn = async (env: Environment) => {
  const { configFrom } = await import('../../../server/src/config.js');
  const config = configFrom(env);
  if (config._tag === 'Left') throw usage(config.left.join('\n'));
  return config.right;
};

/** A backup into the empty stores that the WRIT_ variables name. No server runs meanwhile: this process opens them. */
export const restoreFrom = async (archive: string, json: boolean, io: Io, env: Environment): Promise<ExitCode> => {
  const config = await configIn(env);
  // Only here: every other command starts without the engine.
  const [{ restore }, { inWords }] = await Promise.all([
    import('../../../server/src/restore.js'),
    import('#libs/backups'),
  ]);
  let bar: { readonly doing: string; readonly progress: Progress } | undefined;
  const reached: RestoreProgress = (doing, bytes, of) => {
    if (bar?.doing !== doing) {
      bar?.progress.end();
      bar = { doing, progress: progressOf(io, doing, 'bytes', of) };
    }
    bar.progress.reached(bytes);
  };
  try {
    const done = await restore(config, archive, reached, io.signal);
    bar?.progress.end();
    if (done._tag === 'Left') throw stoppedBy(done.left, inWords(done.left));
    const told = { ...done.right };
    await put(
      io.stdout,
      json
        ? `${jsonText(told, 2)}\n`
        : recordOf(
            Object.entries(told).map(([name, value]) => [name, cell(value)]),
            lookOf(io.stdout, env),
          ),
    );
    return exitCodes.done;
  } catch (error) {
    bar?.progress.end();
    throw error instanceof Stopped ? error : unfinished(reasonOf(error));
  }
};
