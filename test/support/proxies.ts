import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';

const page = readFileSync(new URL('../../docs/proxies.md', import.meta.url), 'utf8');

/** The examples of one language that docs/proxies.md has, in their order. */
const examples = (language: string): ReadonlyArray<string> =>
  [...page.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].flatMap(([, of, text = '']) => (of === language ? [text] : []));

/** Where everything is that the examples have by name; `host:port`. */
export interface Places {
  readonly writ: string;
  /** Another node, for a proxy that knows two. */
  readonly other: string;
  readonly api: string;
  readonly token: string;
}

export interface RunningProxy {
  readonly url: string;
  /** What it has said so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface Proxy {
  readonly name: string;
  /** Why it is not run; undefined where it is. */
  readonly absent: string | undefined;
  start(places: Places): Promise<RunningProxy>;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** An example of the page, with the names in it replaced by what there is. */
const placed = (example: string | undefined, { writ, other, api, token }: Places, port: number): string =>
  (example ?? '')
    .replaceAll('writ-1.internal:3000', writ)
    .replaceAll('writ-2.internal:3000', other)
    .replaceAll('api.internal:8000', api)
    .replaceAll('wsvc_the_token_of_this_proxy', token)
    .replaceAll('8080', String(port));

type Files = Readonly<Record<string, string>>;

const run = async (command: string, args: ReadonlyArray<string>, files: Files, port: number): Promise<RunningProxy> => {
  const directory = mkdtempSync(join(tmpdir(), 'writ-proxy-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  // It keeps what it keeps in there, too.
  const env = { ...process.env, HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
  const child: ChildProcess = spawn(command, args, { cwd: directory, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const url = `http://127.0.0.1:${String(port)}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${command} ended: ${said}`);
    return fetch(url).then(
      () => true,
      () => false,
    );
  });
  return {
    url,
    output: () => said,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** What nginx needs around a server, all of it in the directory it is started in. */
const aroundNginx = (server: string): string => `
daemon off; master_process off; pid nginx.pid; error_log stderr error;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join(' ')}
${server}}
`;

const absent = (command: string): string | undefined => {
  if (spawnSync(command, [command === 'nginx' ? '-v' : 'version']).error === undefined) return undefined;
  const asked = process.env['WRIT_TEST_PROXIES'];
  return asked === undefined || asked === ''
    ? `there is no ${command} here, and WRIT_TEST_PROXIES is not set`
    : undefined;
};

/** The proxies of docs/proxies.md, as it has them. Asked for by WRIT_TEST_PROXIES and missing is a failure, never a pass. */
export const proxies: ReadonlyArray<Proxy> = [
  {
    name: 'nginx',
    absent: absent('nginx'),
    start: async (places) => {
      const port = await freePort();
      const [server, beside] = examples('nginx').map((example) => placed(example, places, port));
      const files = { 'nginx.conf': aroundNginx(server ?? ''), 'writ.conf': beside ?? '' };
      return run('nginx', ['-p', '.', '-e', 'stderr', '-c', 'nginx.conf'], files, port);
    },
  },
  {
    name: 'caddy',
    absent: absent('caddy'),
    start: async (places) => {
      const port = await freePort();
      const [server] = examples('caddyfile').map((example) => placed(example, places, port));
      const Caddyfile = `{\n\tadmin off\n}\n${server ?? ''}`;
      return run('caddy', ['run', '--adapter', 'caddyfile', '--config', 'Caddyfile'], { Caddyfile }, port);
    },
  },
];
