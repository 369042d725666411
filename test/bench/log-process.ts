import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { program } from './program.js';

/** A stand-in in a process of its own, as a log would be: what it costs is not paid by whom it serves. */
export interface LogProcess {
  readonly connectionString: string;
  /** Seconds of CPU that it has used so far. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

export const startLog = async (): Promise<LogProcess> => {
  const child = spawn(process.execPath, program('log', ['--max-semi-space-size=64']), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the log ended with ${String(code)}`);
  });
  gone.catch(() => undefined);
  const next = async (): Promise<unknown> => ((await Promise.race([once(child, 'message'), gone])) as [unknown])[0];
  const connectionString = String(await next());
  return {
    connectionString,
    cpu: async () => {
      const told = next();
      child.send('cpu');
      const { user, system } = (await told) as NodeJS.CpuUsage;
      return (user + system) / 1e6;
    },
    stop: async () => {
      child.disconnect();
      await gone.catch(() => undefined);
    },
  };
};
