import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { configFrom } from '../../apps/server/src/config.js';
import { variables } from '../../apps/server/src/config-variables.js';
import {
  compose,
  eventStores,
  interpolated,
  isInTheRepository,
  postgres,
  read,
  root,
  run,
  type Service,
  services,
  variablesIn,
  writs,
} from './deployment.js';

let directory: string;
let secrets: Readonly<Record<string, string>>;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-compose-'));
  const file = join(directory, '.env');
  expect(run(join(root, 'deploy/secrets.sh'), [file])).toMatchObject({ status: 0 });
  secrets = variablesIn(readFileSync(file, 'utf8'));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const environmentOf = ({ environment = {} }: Service): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, interpolated(value, secrets)]));

const binds = services.flatMap(([name, { volumes = [] }]) =>
  volumes.flatMap((mount) => (mount.type === 'bind' ? [{ name, ...mount }] : [])),
);

describe('the services of docker-compose.yml', () => {
  it('are three of EventStoreDB, PostgreSQL, two that decide, one for admin and audit, and a look at the certificates', () => {
    expect(services.map(([name]) => name).sort()).toEqual([
      'admin',
      'certificates',
      'decisions-1',
      'decisions-2',
      ...['eventstoredb-1', 'eventstoredb-2', 'eventstoredb-3', 'postgres'],
    ]);
    expect([eventStores.length, postgres.length, writs.length]).toEqual([3, 1, 3]);
  });

  it.each(services)('%s has a pinned image', (_name, { image }) => {
    const version = (JSON.parse(read('package.json')) as { readonly version: string }).version;
    expect(image).toMatch(/^[a-z]+(\/[a-z]+)?:\d+\.\d+(\.\d+)?(-[a-z]+)*$/u);
    if (image.startsWith('writ:')) expect(image).toBe(`writ:${version}`);
  });

  it.each(services)('%s says how it is, or ends and is waited for', (name, { healthcheck, restart }) => {
    if (healthcheck !== undefined) {
      expect(healthcheck.test[0]).toBe('CMD');
      expect(restart).toBe('unless-stopped');
      return;
    }
    const waiting = services.filter(([, { depends_on = {} }]) => name in depends_on);
    expect(restart).toBe('no');
    expect(waiting.map(([, { depends_on = {} }]) => depends_on[name])).toEqual(
      [...eventStores, ...postgres].map(() => ({ condition: 'service_completed_successfully' })),
    );
  });

  it.each(services)('%s can do no more than it has to, and fills no disk with its log', (_name, service) => {
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: {
        options: { 'max-size': expect.stringMatching(/^\d+m$/u), 'max-file': expect.stringMatching(/^\d$/u) },
      },
    });
    expect(service.privileged).toBeUndefined();
    expect([undefined, 'none']).toContain(service.network_mode);
  });

  it.each(services.filter(([name]) => name !== 'certificates'))('%s has time to stop', (_name, service) => {
    expect(Number(/^(\d+)s$/u.exec(service.stop_grace_period ?? '')?.[1])).toBeGreaterThanOrEqual(10);
  });

  it('publish ports of Writ alone, each its own, on this machine only', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => ({ name, port })));
    expect(published.map(({ name }) => name).sort()).toEqual(writs.map(([name]) => name).sort());
    for (const { port } of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:3000$/u);
    expect(new Set(published.map(({ port }) => port)).size).toBe(published.length);
  });

  it('keep the stores in a network without a way out', () => {
    const { networks } = compose as unknown as { readonly networks: Readonly<Record<string, unknown>> };
    expect(networks['stores']).toEqual({ internal: true });
    for (const [, service] of [...eventStores, ...postgres]) expect(service.networks).toEqual(['stores']);
  });

  it('declare every volume, and use every one they declare', () => {
    const used = services.flatMap(([, { volumes = [] }]) =>
      volumes.flatMap(({ type, source }) => (type === 'volume' ? [source] : [])),
    );
    expect(used.sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(new Set(used).size).toBe(used.length);
  });

  it('only read what is mounted, and never make an empty directory of what is missing', () => {
    for (const mount of binds) expect(mount).toMatchObject({ read_only: true, bind: { create_host_path: false } });
    const ours = binds.map(({ source }) => source).filter((source) => !source.startsWith('./deploy/certificates/'));
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.filter((source) => !isInTheRepository(source))).toEqual([]);
  });
});

describe('the secrets of docker-compose.yml', () => {
  const required = [...read('docker-compose.yml').matchAll(/\$\{(\w+):\?/gu)].map(([, name]) => name ?? '');
  const optional = [...read('docker-compose.yml').matchAll(/\$\{(\w+):-\}/gu)].map(([, name]) => name ?? '');
  const example = variablesIn(read('deploy/env.example'));

  it('come from the .env that deploy/secrets.sh makes, and nothing starts without one of them', () => {
    expect(Object.keys(secrets).sort()).toEqual([...new Set(required)].sort());
    for (const [, { environment = {} }] of services)
      for (const value of Object.values(environment))
        if (value.includes(':?')) expect(() => interpolated(value, {})).toThrow('run deploy/secrets.sh first');
  });

  it('are in deploy/env.example by name, beside what may stay empty, without a value', () => {
    expect(Object.keys(example).sort()).toEqual([...new Set([...required, ...optional])].sort());
    expect(Object.values(example).filter((value) => value !== '')).toEqual([]);
  });

  it('are nowhere in the file', () => {
    const values = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    for (const [name, value] of values) {
      if (/(PASSWORD|SECRET|TOKEN|MASTER_KEY)$/u.test(name)) expect(value).toMatch(/^\$\{\w+:\?[^}]+\}$/u);
      const password = /:\/\/[^:/@]+:(?<password>[^@]*)@/u.exec(value)?.groups?.['password'];
      if (password !== undefined) expect(password).toMatch(/^\$\{\w+:\?[^}]+\}$/u);
    }
    expect(values.filter(([, value]) => value.includes('://')).length).toBe(6);
    expect(read('docker-compose.yml')).not.toMatch(/(?=\w{0,40}\d)(?=\w{0,40}[A-Za-z])[A-Za-z0-9+]{24,}/u);
  });

  it('are kept out of git', () => {
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.env', 'deploy/certificates/']));
  });
});

describe('Writ in docker-compose.yml', () => {
  it.each(writs)('%s has an environment that the server takes, and no name it does not know', (_name, service) => {
    const environment = environmentOf(service);
    expect(Object.keys(environment).filter((name) => !(name in variables))).toEqual([]);
    const config = configFrom(environment);
    expect(config).toMatchObject(
      E.right({
        host: '0.0.0.0',
        port: 3000,
        opsPort: undefined,
        operatorToken: secrets['WRIT_OPERATOR_TOKEN'],
        masterKey: Buffer.from(secrets['WRIT_MASTER_KEY'] ?? '', 'base64'),
        oidcIssuers: [],
        keyPrefix: 'writ',
        maxStalenessMs: 5_000,
      }),
    );
  });

  it('has each role, and decisions on two nodes', () => {
    const roles = writs.map(([, { environment = {} }]) => environment['WRIT_ROLES']);
    expect(roles.sort()).toEqual(['admin,audit', 'decisions', 'decisions']);
  });

  it('differs from node to node in its roles alone', () => {
    const others = writs.map(([, { environment = {} }]) => ({ ...environment, WRIT_ROLES: '' }));
    for (const other of others) expect(other).toEqual(others[0]);
  });

  it.each(writs)('%s knows every node of EventStoreDB and the vault by its name, over TLS', (_name, service) => {
    const { WRIT_EVENT_STORE = '', WRIT_VAULT = '' } = environmentOf(service);
    const [, credentials, hosts, query] = /^esdb:\/\/([^@]+)@([^?]+)\?(.+)$/u.exec(WRIT_EVENT_STORE) ?? [];
    expect(credentials).toBe(`admin:${secrets['EVENTSTORE_ADMIN_PASSWORD'] ?? ''}`);
    expect(hosts?.split(',')).toEqual(eventStores.map(([name]) => `${name}:2113`));
    expect(query).toBe('tls=true&tlsCAFile=/certs/ca/ca.crt');
    const vault = new URL(WRIT_VAULT);
    expect([vault.username, vault.password, vault.host]).toEqual(['writ', secrets['VAULT_PASSWORD'], 'postgres:5432']);
    expect(vault.search).toBe('?sslmode=verify-full&sslrootcert=/certs/ca/ca.crt');
  });

  it.each(writs)('%s waits for the stores, and writes nothing but to /tmp, and its trail', (_name, service) => {
    expect(service.depends_on).toEqual(
      Object.fromEntries([...eventStores, ...postgres].map(([name]) => [name, { condition: 'service_healthy' }])),
    );
    expect(service).toMatchObject({ read_only: true, tmpfs: ['/tmp'] });
    const written = (service.volumes ?? []).flatMap(({ type, target }) => (type === 'volume' ? [target] : []));
    expect(written).toEqual(service.environment?.['WRIT_ROLES']?.includes('audit') === true ? ['/data'] : []);
    expect(service.user ?? 'as the image has it').not.toMatch(/^0/u);
    expect(service.healthcheck?.test.at(-1)).toContain('/readyz');
  });
});

describe('EventStoreDB in docker-compose.yml', () => {
  const names = eventStores.map(([name]) => name);

  it.each(eventStores)('%s is one of the cluster, under the name that its certificate has', (name, service) => {
    expect(service.environment).toMatchObject({
      EVENTSTORE_CLUSTER_SIZE: String(names.length),
      EVENTSTORE_GOSSIP_SEED: names.flatMap((other) => (other === name ? [] : [`${other}:2113`])).join(','),
      EVENTSTORE_NODE_HOST_ADVERTISE_AS: name,
      EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS: name,
      EVENTSTORE_CERTIFICATE_RESERVED_NODE_COMMON_NAME: 'eventstoredb-node',
    });
  });

  it.each(eventStores)('%s keeps its log, takes nobody without TLS, and writes little of its own', (name, service) => {
    const { environment = {}, volumes = [] } = service;
    expect(environment).toMatchObject({
      EVENTSTORE_MEM_DB: 'false',
      EVENTSTORE_RUN_PROJECTIONS: 'None',
      EVENTSTORE_START_STANDARD_PROJECTIONS: 'false',
      EVENTSTORE_WRITE_STATS_TO_DB: 'false',
    });
    const barred = /INSECURE|ENABLE_ATOM_PUB|DISABLE_INTERNAL_TCP_TLS|ALLOW_ANONYMOUS|ALLOW_UNKNOWN|^EVENTSTORE_DEV/u;
    expect(Object.keys(environment).filter((option) => barred.test(option))).toEqual([]);
    expect(volumes).toContainEqual({ type: 'volume', source: `${name}-data`, target: environment['EVENTSTORE_DB'] });
    expect(volumes).toContainEqual({ type: 'volume', source: `${name}-log`, target: environment['EVENTSTORE_LOG'] });
  });
});

it('PostgreSQL speaks TLS, and removes the WAL that it needs no more', () => {
  const [, service] = postgres[0] ?? ['', undefined];
  expect(service?.command).toEqual(expect.arrayContaining(['--ssl=on', '--wal_recycle=off']));
  const entrance = read('deploy/postgres/pg_hba.conf').split('\n');
  expect(entrance.filter((line) => /^host/u.test(line))).toEqual([
    'hostssl  writ         writ      all   scram-sha-256',
  ]);
});

const composeIsThere = spawnSync('docker', ['compose', 'version']).status === 0;
const wanted = composeIsThere || process.env['WRIT_TEST_DOCKER'] !== undefined;

(wanted ? it : it.skip)(
  wanted
    ? 'docker compose takes the file'
    : '`docker compose` is not there, so what it says of the file is not known (WRIT_TEST_DOCKER=1 makes that a failure)',
  () => {
    const file = join(directory, '.env');
    expect(run('docker', ['compose', '--env-file', file, 'config', '-q'])).toEqual({ status: 0, said: '' });
  },
);
