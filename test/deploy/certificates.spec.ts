import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compose, eventStores, onTheHost, postgres, root, run, type Service, services, writs } from './deployment.js';

const script = join(root, 'deploy/certificates.sh');
const checker = join(root, 'deploy/check-certificates.mjs');
const isRoot = process.getuid?.() === 0;
/** Only root can give a file away; who cannot keeps them, and both scripts are told so. */
const keep = isRoot ? {} : { KEEP_OWNER: '1' };

const servers = [
  ...eventStores.map(([name]) => ({ name, file: 'node', subject: 'CN=eventstoredb-node', owner: 1000 })),
  { name: 'postgres', file: 'server', subject: 'CN=postgres', owner: 999 },
];

let directory: string;
const at = (...path: ReadonlyArray<string>): string => join(directory, 'certificates', ...path);
const certificates = (command: string, env: Readonly<Record<string, string>> = {}) =>
  run(script, [command], { env: { CERTIFICATES: at(), ...keep, ...env } });
const issued = (name: string, file: string): X509Certificate =>
  new X509Certificate(readFileSync(at(name, `${file}.crt`)));

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-certificates-'));
  const env = { ALSO_EVENTSTOREDB_2: 'DNS:es2.example.com,IP:10.0.0.12' };
  expect(certificates('make', env)).toMatchObject({ status: 0 });
}, 60_000);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('deploy/certificates.sh make', () => {
  it('makes an authority that signs servers and nothing else, for ten years', () => {
    const authority = new X509Certificate(readFileSync(at('ca', 'ca.crt')));
    expect(authority.ca).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(
      run('openssl', ['x509', '-in', at('ca', 'ca.crt'), '-noout', '-ext', 'basicConstraints,keyUsage']).said,
    ).toBe(
      [
        'X509v3 Basic Constraints: critical\n    CA:TRUE, pathlen:0\n',
        'X509v3 Key Usage: critical\n    Certificate Sign, CRL Sign\n',
      ].join(''),
    );
    expect(Math.round((Date.parse(authority.validTo) - Date.now()) / 86_400_000)).toBe(3_650);
    // EventStoreDB trusts every certificate in this folder.
    expect(readdirSync(at('ca'))).toEqual(['ca.crt']);
  });

  it.each(servers)('gives $name a certificate of its own, under its names, to serve and to call', (server) => {
    const { name, file, subject } = server;
    const certificate = issued(name, file);
    expect(certificate.subject).toBe(subject);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkHost(name)).toBe(name);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    for (const other of servers) if (other.name !== name) expect(certificate.checkHost(other.name)).toBeUndefined();
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBeGreaterThanOrEqual(2048);
    expect(Math.round((Date.parse(certificate.validTo) - Date.now()) / 86_400_000)).toBe(365);
    const path = at(name, `${file}.crt`);
    expect(run('openssl', ['x509', '-in', path, '-noout', '-ext', 'keyUsage,extendedKeyUsage']).said).toBe(
      [
        'X509v3 Key Usage: critical\n    Digital Signature, Key Encipherment\n',
        'X509v3 Extended Key Usage: \n    TLS Web Server Authentication, TLS Web Client Authentication\n',
      ].join(''),
    );
    for (const purpose of ['sslserver', 'sslclient'])
      expect(
        run('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', at('ca', 'ca.crt'), path]),
      ).toMatchObject({ status: 0 });
  });

  it('gives no two of them one number', () => {
    const numbers = servers.map(({ name, file }) => issued(name, file).serialNumber);
    expect(new Set(numbers).size).toBe(servers.length);
  });

  it('adds the names that a server has on a machine of its own', () => {
    expect(issued('eventstoredb-2', 'node').checkHost('es2.example.com')).toBe('es2.example.com');
    expect(issued('eventstoredb-2', 'node').checkIP('10.0.0.12')).toBe('10.0.0.12');
    expect(issued('eventstoredb-1', 'node').checkHost('es2.example.com')).toBeUndefined();
  });

  it.each(servers)('lets the container of $name read its key, and nobody else', ({ name, file, owner }) => {
    const key = statSync(at(name, `${file}.key`));
    expect(key.mode & 0o777).toBe(0o600);
    expect(key.uid).toBe(isRoot ? owner : process.getuid?.());
    expect(statSync(at(name)).mode & 0o777).toBe(0o755);
  });

  it('keeps the key of the authority to who made it', () => {
    const { mode, uid } = statSync(at('ca.key'));
    expect([mode & 0o777, uid]).toEqual([0o600, process.getuid?.()]);
  });

  it('refuses to overwrite any', () => {
    const before = readFileSync(at('ca.key'));
    expect(certificates('make')).toEqual({ status: 1, said: expect.stringContaining('is there already') });
    expect(readFileSync(at('ca.key'))).toEqual(before);
    expect(readdirSync(directory)).toEqual(['certificates']);
  });

  it('refuses to make keys that the containers could not read', () => {
    const copy = join(directory, 'certificates.sh');
    copyFileSync(script, copy);
    chmodSync(directory, 0o755);
    const env = { CERTIFICATES: join(directory, 'none') };
    const { status, said } = run('bash', [copy, 'make'], { env, ...(isRoot && { uid: 65_534 }) });
    expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining('run this as root') });
    expect(existsSync(join(directory, 'none'))).toBe(false);
    rmSync(copy);
  });
});

/** What the other side of a handshake makes of it: `authorized`, or why not. */
const handshake = async (
  server: string,
  options: { readonly ca?: string; readonly called: string },
): Promise<string> => {
  const [name = '', file = ''] = server.split('/');
  const pair = { key: readFileSync(at(name, `${file}.key`)), cert: readFileSync(at(name, `${file}.crt`)) };
  const listening = createServer({ ...pair, minVersion: 'TLSv1.2' }, (socket) => socket.end('served'));
  listening.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  try {
    return await new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, servername: options.called, ca: options.ca }, () => {
        resolve(socket.authorized ? 'authorized' : 'let in all the same');
        socket.destroy();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    listening.close();
  }
};

describe('a TLS handshake with these certificates', () => {
  const authority = (): string => readFileSync(at('ca', 'ca.crt'), 'utf8');

  it.each(servers)('with $name is good for who knows the authority', async ({ name, file }) => {
    expect(await handshake(`${name}/${file}`, { ca: authority(), called: name })).toBe('authorized');
  });

  it.each(servers)('with $name is refused by who does not', async ({ name, file }) => {
    expect(await handshake(`${name}/${file}`, { called: name })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('with one server is refused by who meant another', async () => {
    const answer = await handshake('eventstoredb-1/node', { ca: authority(), called: 'postgres' });
    expect(answer).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('is good both ways between two nodes of EventStoreDB', async () => {
    const pair = (name: string) => ({
      key: readFileSync(at(name, 'node.key')),
      cert: readFileSync(at(name, 'node.crt')),
      ca: authority(),
    });
    let peer: TLSSocket | undefined;
    const server = createServer(
      { ...pair('eventstoredb-1'), requestCert: true, rejectUnauthorized: true },
      (socket) => {
        peer = socket;
        socket.end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, servername: 'eventstoredb-1', ...pair('eventstoredb-2') });
    await new Promise<void>((resolve, reject) => socket.on('close', resolve).on('error', reject).resume());
    server.close();
    expect([socket.authorized, peer?.authorized]).toEqual([true, true]);
    expect(peer?.getPeerCertificate().subject.CN).toBe('eventstoredb-node');
  });
});

/** Runs the check that docker-compose.yml runs first, on a day some days from now. */
const checked = (days = 0) =>
  run(
    process.execPath,
    [
      '--import',
      `data:text/javascript,const%20now=Date.now;Date.now=()=>now()+${String(days * 86_400_000)}`,
      checker,
      at(),
    ],
    { env: keep },
  );

/** Does something to a file of the certificates, and puts it back. */
const meddling = (path: string, meddle: (path: string) => void, look: () => void): void => {
  renameSync(at(path), at('kept'));
  try {
    meddle(at(path));
    look();
  } finally {
    rmSync(at(path), { force: true });
    renameSync(at('kept'), at(path));
  }
};

describe('deploy/check-certificates.mjs', () => {
  it('takes what certificates.sh makes', () => {
    expect(checked()).toEqual({ status: 0, said: 'The certificates are there, and good.\n' });
  });

  it.each([
    ['ca/ca.crt', 'ca/ca.crt cannot be read (ENOENT)'],
    ['eventstoredb-3/node.crt', 'eventstoredb-3/node.crt cannot be read (ENOENT)'],
    ['postgres/server.key', 'postgres/server.key cannot be read (ENOENT)'],
  ])('misses %s', (path, fault) => {
    meddling(
      path,
      () => undefined,
      () => expect(checked()).toEqual({ status: 1, said: expect.stringContaining(`fault: ${fault}\n`) }),
    );
  });

  it('misses all of them, and says what to do', () => {
    const { status, said } = run(process.execPath, [checker, join(directory, 'none')]);
    expect(status).toBe(1);
    expect(said.match(/^fault: /gmu)).toHaveLength(9);
    expect(said).toContain('sudo deploy/certificates.sh make');
  });

  it.each([
    ['eventstoredb-1/node.crt', 'eventstoredb-2/node.crt', 'eventstoredb-1/node.crt is not for eventstoredb-1'],
    ['eventstoredb-1/node.crt', 'eventstoredb-2/node.crt', 'eventstoredb-1/node.key is not the key of node.crt'],
    ['ca/ca.crt', 'postgres/server.crt', 'ca/ca.crt is not an authority'],
    ['ca/ca.crt', 'postgres/server.crt', 'eventstoredb-1/node.crt was not issued by ca/ca.crt'],
    ['ca/ca.crt', 'ca.key', 'ca/ca.crt is not a certificate'],
    ['postgres/server.key', 'postgres/server.crt', 'postgres/server.key is not a private key'],
  ])('sees that %s is %s', (path, other, fault) => {
    meddling(
      path,
      (to) => copyFileSync(at(other), to),
      () => expect(checked()).toEqual({ status: 1, said: expect.stringContaining(`fault: ${fault}\n`) }),
    );
  });

  it('sees a key that others may read', () => {
    meddling(
      'eventstoredb-1/node.key',
      (to) => writeFileSync(to, readFileSync(at('kept')), { mode: 0o644 }),
      () => expect(checked().said).toContain('eventstoredb-1/node.key may be read by others'),
    );
  });

  it('sees a key that its container could not read', () => {
    meddling(
      'postgres/server.key',
      (to) => writeFileSync(to, readFileSync(at('kept')), { mode: 0o600 }),
      () =>
        expect(run(process.execPath, [checker, at()]).said).toContain(
          `postgres/server.key belongs to user ${String(process.getuid?.())}, and its container runs as 999`,
        ),
    );
  });

  it('sees that somebody put something else beside the authority', () => {
    writeFileSync(at('ca', 'other.crt'), '');
    expect(checked().said).toContain('EventStoreDB would trust it: other.crt');
    rmSync(at('ca', 'other.crt'));
  });

  it('says a month before that they end, and stops everything when they have', () => {
    expect(checked(330)).toEqual({ status: 0, said: expect.stringContaining('The certificates are there') });
    const soon = checked(340);
    expect(soon.status).toBe(0);
    expect(soon.said).toMatch(/^soon: eventstoredb-1\/node\.crt ends in 2[45] days\. Renew: /mu);
    const late = checked(366);
    expect(late.status).toBe(1);
    expect(late.said).toMatch(/^fault: postgres\/server\.crt ended on /mu);
    expect(late.said).not.toContain('ca.crt ended');
  });
});

describe('what docker-compose.yml mounts of them', () => {
  const isMade = (service: Service, path: string): boolean => {
    const host = onTheHost(service, path)?.replace('./deploy/certificates/', '');
    return host !== undefined && existsSync(at(host));
  };
  const check = compose.services['certificates'];
  const folders = services.flatMap(([name, { volumes = [] }]) =>
    volumes.flatMap(({ source }) =>
      source.startsWith('./deploy/certificates')
        ? [{ name, folder: source.replace(/^\.\/deploy\/certificates\/?/u, '') }]
        : [],
    ),
  );

  it.each(eventStores)('is all that %s names', (_name, service) => {
    const { environment = {} } = service;
    expect(isMade(service, environment['EVENTSTORE_CERTIFICATE_FILE'] ?? '')).toBe(true);
    expect(isMade(service, environment['EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE'] ?? '')).toBe(true);
    expect(isMade(service, environment['EVENTSTORE_TRUSTED_ROOT_CERTIFICATES_PATH'] ?? '')).toBe(true);
    expect(service.healthcheck?.test).toContain('/certs/ca/ca.crt');
    expect(isMade(service, '/certs/ca/ca.crt')).toBe(true);
  });

  it.each(postgres)('is all that %s names', (_name, service) => {
    const files = (service.command ?? []).flatMap((word) => /^--ssl_(?:cert|key)_file=(.+)$/u.exec(word)?.[1] ?? []);
    expect(files).toHaveLength(2);
    expect(files.filter((file) => !isMade(service, file))).toEqual([]);
  });

  it.each(writs)('is all that %s names', (_name, service) => {
    const { WRIT_EVENT_STORE = '', WRIT_VAULT = '' } = service.environment ?? {};
    const files = [/tlsCAFile=([^&]+)/u.exec(WRIT_EVENT_STORE)?.[1], /sslrootcert=([^&]+)/u.exec(WRIT_VAULT)?.[1]];
    expect(files.filter((file) => !isMade(service, file ?? ''))).toEqual([]);
  });

  it('are whole folders, so that a renewed file is seen, and never the one with the key of the authority', () => {
    expect(folders.map(({ folder }) => folder).filter((folder) => !statSync(at(folder)).isDirectory())).toEqual([]);
    expect(folders.filter(({ folder }) => folder === '' || existsSync(at(folder, 'ca.key')))).toEqual([]);
  });

  it('shows a private key to its own server and to the check, and to nobody else', () => {
    const withKeys = folders.filter(({ name, folder }) => folder !== 'ca' && name !== 'certificates');
    expect(withKeys).toEqual(servers.map(({ name }) => ({ name, folder: name })));
    const seen = folders.flatMap(({ name, folder }) => (name === 'certificates' ? [folder] : []));
    expect(seen.sort()).toEqual(['ca', ...servers.map(({ name }) => name)].sort());
    expect(check && onTheHost(check, '/deploy/check-certificates.mjs')).toBe('./deploy/check-certificates.mjs');
  });
});

/** The last, since it replaces what the others look at. */
describe('deploy/certificates.sh renew', () => {
  it('gives every server a new key and a new certificate of the same authority, in the same folder', () => {
    const look = () =>
      servers.map(({ name, file }) => ({
        number: issued(name, file).serialNumber,
        key: readFileSync(at(name, `${file}.key`), 'utf8'),
        folder: statSync(at(name)).ino,
        names: issued(name, file).subjectAltName,
      }));
    const [authority, before] = [readFileSync(at('ca', 'ca.crt'), 'utf8'), look()];
    expect(certificates('renew')).toMatchObject({ status: 0 });
    expect(readFileSync(at('ca', 'ca.crt'), 'utf8')).toBe(authority);
    look().forEach(({ number, key, folder, names }, n) => {
      expect(number).not.toBe(before[n]?.number);
      expect(key).not.toBe(before[n]?.key);
      expect(folder).toBe(before[n]?.folder);
      expect(names).toBe(before[n]?.names);
    });
    expect(checked()).toMatchObject({ status: 0 });
    for (const { name } of servers) expect(readdirSync(at(name))).toHaveLength(2);
  }, 60_000);

  it('does nothing where the authority would end first', () => {
    const before = issued('postgres', 'server').serialNumber;
    const { status, said } = certificates('renew', { CERTIFICATE_DAYS: '3651' });
    expect({ status, said }).toEqual({
      status: 1,
      said: expect.stringContaining('the authority ends before'),
    });
    expect(issued('postgres', 'server').serialNumber).toBe(before);
  });

  it('does nothing where there is no authority', () => {
    const { status, said } = certificates('renew', { CERTIFICATES: join(directory, 'none') });
    expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining('no authority in') });
    expect(existsSync(join(directory, 'none'))).toBe(false);
  });

  it.each([[[]], [['remake']], [['make', 'renew']]])('takes nothing else: %j', (words) => {
    expect(run(script, words, { env: { ...keep, CERTIFICATES: at() } }).status).toBe(1);
  });
});
