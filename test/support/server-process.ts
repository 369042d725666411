import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from './client.js';

/** As `npm start` runs it, from `dist/`: `npm test` builds it first. Benchmarks run from `dist/` themselves. */
const root = import.meta.url.endsWith('.ts') ? '../../dist' : '../..';
const program = fileURLToPath(new URL(`${root}/apps/server/src/main.js`, import.meta.url));

export interface Ended {
  /** null when a signal killed it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServerProcess {
  readonly url: string;
  readonly client: Client;
  readonly pid: number;
  /** What it has written so far, log lines among it. */
  output(): string;
  /** The next line of its log, from the start, that matches. */
  logged(pattern: RegExp): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Asks it to stop, if it still runs, and waits for its end. */
  stop(): Promise<Ended>;
}

type Environment = Readonly<Record<string, string>>;

const launch = (env: Environment) => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('WRIT_') && name !== 'NODE_OPTIONS',
  );
  const child: ChildProcess = spawn(process.execPath, [program], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  const changed = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...changed]) listener();
  };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      tell();
    });
  let over = false;
  const ended = once(child, 'close').then(([code]): Ended => {
    over = true;
    tell();
    return { code: code as number | null, ...written };
  });
  /** The first match in what it says, now or later; it ends, or takes too long: an error. */
  const match = (pattern: RegExp, patience = 15_000): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(written.stdout);
        if (found === null && !over) return;
        finish();
        if (found === null) reject(new Error(`it ended: ${written.stderr}`));
        else resolve(found);
      };
      const finish = (): void => {
        clearTimeout(timer);
        changed.delete(look);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no ${pattern.source} in ${String(patience)} ms: ${written.stdout}${written.stderr}`));
      }, patience);
      changed.add(look);
      look();
    });
  return { child, written, ended, match, isOver: () => over };
};

/** Runs the server until it ends by itself: for starts that must fail. One that does serve is killed. */
export const failedStart = async (env: Environment): Promise<Ended> => {
  const { child, ended } = launch({ WRIT_PORT: '0', ...env });
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
};

/** A server that is not there yet: for what happens to a start. Whatever becomes of it, it ends with the test's patience. */
export const begunServer = (env: Environment) => {
  const { child, ended } = launch({ WRIT_PORT: '0', ...env });
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  return {
    signal: (name: NodeJS.Signals) => {
      child.kill(name);
    },
    ended: ended.finally(() => {
      clearTimeout(timer);
    }),
  };
};

/** The server as a process of its own, on a free port; its token is the data directory's. */
export const startServerProcess = async (dataDir: string, env: Environment = {}): Promise<ServerProcess> => {
  const run = launch({ WRIT_PORT: '0', WRIT_DATA_DIR: dataDir, ...env });
  const { child, written, ended, match } = run;
  const [, url = ''] = await match(/^Writ serves on (http:\/\/\S+) /mu);
  const token = env['WRIT_OPERATOR_TOKEN'] ?? readFileSync(join(dataDir, 'operator.token'), 'utf8').trim();
  return {
    url,
    client: new Client(url, token),
    pid: child.pid ?? -1,
    output: () => `${written.stdout}${written.stderr}`,
    logged: async (pattern) => (await match(pattern))[0],
    signal: (name) => {
      child.kill(name);
    },
    stop: async () => {
      if (!run.isOver()) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      try {
        return await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
};
