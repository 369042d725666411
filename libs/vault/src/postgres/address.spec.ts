import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { type OwnPostgres, ownPostgres } from '../../../../test/support/postgres.js';
import { Keyring } from '../keyring.js';
import { addressOf } from './address.js';
import { PostgresVault } from './index.js';

describe('the connection string of a vault', () => {
  it.each([
    ['postgres://writ:secret@db.example:6543/writ', 'db.example:6543'],
    ['postgresql://writ:secret@db.example/writ', 'db.example:5432'],
    ['postgres://writ:%40%2F%3F%23%25@db.example/writ', 'db.example:5432'],
    ['postgres://writ@[::1]:5433/writ?sslmode=disable', '[::1]:5433'],
    ['postgres://db.example/writ?user=writ&password=secret', 'db.example:5432'],
    ['postgres:///writ?host=/run/postgresql', '/run/postgresql:5432'],
  ])('%s', (text, where) => {
    expect(addressOf(text)).toEqual(E.right({ connectionString: text, where }));
  });

  it.each([
    'postgres://writ:sec/ret@db.example/writ',
    'postgres://writ:sec?ret@db.example/writ',
    'postgres://writ:sec#ret@db.example/writ',
    'postgres://writ:s@sec/ret@db.example/writ',
    'postgres://writ:s@sec?ret@db.example/writ',
    'postgres://writ:12/ret@db.example/writ',
    'postgres://writ:sec@db.example/writ#ret',
    'postgres://writ:sec@db.example:ret/writ',
    'postgres://writ:sec@db.example/writ?sslmode=prefer',
    'postgres://writ:sec@db.example/writ?sslmode=ret',
    'postgres://writ:sec@db.example/writ?sslrootcert=/sec/ret',
    'mysql://writ:sec@db.example/writ',
  ])('is refused, and not repeated: %s', (text) => {
    const answer = addressOf(text);
    expect(answer).toEqual(E.left(expect.stringContaining('the connection string of the vault')));
    expect(JSON.stringify(answer)).not.toMatch(/sec|(?<!sslmode=|p)ret|db\.example|12/u);
  });
});

describe('a vault over TLS', () => {
  const keyring = new Keyring(Buffer.alloc(32, 7));
  const setting = { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' };
  let directory: string;
  let certificate: string;
  let server: OwnPostgres;
  let database: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'vault-tls-'));
    certificate = join(directory, 'server.crt');
    const key = join(directory, 'server.key');
    const made = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
    ];
    const says = ['-days', '2', '-subj', '/CN=vault', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', ...made, ...says], { stdio: 'pipe' });
    server = await ownPostgres(setting, {
      'server.crt': readFileSync(certificate, 'utf8'),
      'server.key': readFileSync(key, 'utf8'),
      'pg_hba.conf': 'hostssl all all 127.0.0.1/32 scram-sha-256\nhost all writ 127.0.0.1/32 scram-sha-256\n',
    });
    database = await server.database();
  });
  afterAll(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  const opened = async (parameters: string, host = '127.0.0.1') => {
    const answer = await PostgresVault.open(`${database.replace('127.0.0.1', host)}?${parameters}`, keyring)();
    if (E.isLeft(answer)) return JSON.stringify(answer.left);
    const [session] = await server.asSuperuser(
      `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'writ-vault'`,
    );
    await answer.right.close();
    return session?.['ssl'];
  };

  it.each(['verify-full', 'verify-ca', 'require'])('sslmode=%s wants a certificate of that CA', async (mode) => {
    expect(await opened(`sslmode=${mode}&sslrootcert=${certificate}`)).toBe(true);
    expect(await opened(`sslmode=${mode}`)).toMatch(/certificate is not trusted.*sslrootcert/u);
  });

  it('sslrootcert alone wants it, too', async () => {
    expect(await opened(`sslrootcert=${certificate}`)).toBe(true);
  });

  it('a certificate of another host is refused', async () => {
    const refused = /certificate is not trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)/u;
    expect(await opened(`sslmode=verify-full&sslrootcert=${certificate}`, 'localhost')).toMatch(refused);
  });

  it('sslmode=no-verify and disable do as they say', async () => {
    expect(await opened('sslmode=no-verify')).toBe(true);
    expect(await opened('sslmode=disable')).toBe(false);
  });
});
