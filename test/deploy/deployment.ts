import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const root = process.cwd();

export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

export interface Mount {
  readonly type: 'bind' | 'volume';
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly bind?: { readonly create_host_path?: boolean };
}

export interface Service {
  readonly image: string;
  readonly user?: string;
  readonly command?: ReadonlyArray<string>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: ReadonlyArray<string>;
  readonly volumes?: ReadonlyArray<Mount>;
  readonly networks?: ReadonlyArray<string>;
  readonly network_mode?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: ReadonlyArray<string> };
  readonly stop_grace_period?: string;
  readonly restart: string;
  readonly read_only?: boolean;
  readonly tmpfs?: ReadonlyArray<string>;
  readonly cap_drop?: ReadonlyArray<string>;
  readonly cap_add?: ReadonlyArray<string>;
  readonly security_opt?: ReadonlyArray<string>;
  readonly privileged?: boolean;
  readonly logging?: { readonly options?: { readonly 'max-size'?: string; readonly 'max-file'?: string } };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** `docker-compose.yml` with its anchors resolved, and its variables as they are written. */
export const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;

export const services: ReadonlyArray<readonly [string, Service]> = Object.entries(compose.services);

const named = (pattern: RegExp): ReadonlyArray<readonly [string, Service]> =>
  services.filter(([, { image }]) => pattern.test(image));

export const writs = named(/^writ:/u);
export const eventStores = named(/^eventstore\//u);
export const postgres = named(/^postgres:/u);

type Environment = Readonly<Record<string, string>>;

/** The lines of a `.env`, as they are. */
export const variablesIn = (text: string): Environment =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^[A-Z]/u.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** As compose does it, for the three forms that the file uses. Any other `$` is a mistake. */
export const interpolated = (text: string, env: Environment): string =>
  text.replace(/\$(?:\$|\{(\w+):([?-])([^}]*)\})?/gu, (found, name?: string, kind?: string, rest: string = '') => {
    if (found === '$$') return '$';
    if (name === undefined) throw new Error(`"${text}" has a $ that is not a variable`);
    const value = env[name] ?? '';
    if (value === '' && kind === '?') throw new Error(`${name}: ${rest}`);
    return value === '' ? rest : value;
  });

export interface Ran {
  readonly status: number | null;
  readonly said: string;
}

/** A program, to its end. A missing one is an error that names it. */
export const run = (
  program: string,
  args: ReadonlyArray<string>,
  options: { readonly env?: Environment; readonly uid?: number } = {},
): Ran => {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 60_000,
    ...options,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
  });
  if (error !== undefined) throw error;
  return { status, said: `${stdout}${stderr}` };
};

/** Where on the host the file lies that a service sees at this path; undefined when it is not mounted. */
export const onTheHost = (service: Service, path: string): string | undefined => {
  const mount = (service.volumes ?? []).find(({ target }) => path === target || path.startsWith(`${target}/`));
  return mount && `${mount.source}${path.slice(mount.target.length)}`;
};

export const isInTheRepository = (path: string): boolean => existsSync(join(root, path));
