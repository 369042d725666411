import { describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { type Config, configFrom } from './config.js';

const masterKey = Buffer.alloc(32, 1).toString('base64');
const cluster = {
  WRIT_EVENT_STORE: 'esdb://admin:hunter2@db:2113',
  WRIT_VAULT: 'postgres://u:hunter2@db/v',
  WRIT_MASTER_KEY: masterKey,
};

const accepted = (env: Record<string, string>): Config => {
  const config = configFrom(env);
  if (E.isLeft(config)) throw new Error(config.left.join('\n'));
  return config.right;
};

const refused = (env: Record<string, string>): ReadonlyArray<string> => {
  const config = configFrom(env);
  if (E.isRight(config)) throw new Error('was accepted');
  return config.left;
};

const issuers = (...list: unknown[]) => ({ WRIT_OIDC_ISSUERS: JSON.stringify(list) });
const acme = { name: 'acme', issuer: 'https://id.example.com/', audience: 'writ' };

describe('the configuration', () => {
  it('needs nothing', () => {
    expect(accepted({ PATH: '/bin' })).toEqual({
      host: '127.0.0.1',
      port: 3000,
      opsPort: undefined,
      publicUrl: undefined,
      dataDir: './data',
      eventStore: 'embedded',
      vault: undefined,
      roles: new Set(['admin', 'decisions', 'audit']),
      operatorToken: undefined,
      masterKey: undefined,
      oidcIssuers: [],
      keyPrefix: 'writ',
      keyHelpUrl: undefined,
      maxStalenessMs: 5000,
    });
  });

  it('takes an empty text for one that is not set', () => {
    expect(accepted({ WRIT_PORT: '', WRIT_MASTER_KEY: '', WRIT_HOST: '' })).toEqual(accepted({}));
  });

  it('reads every variable', () => {
    const config = accepted({
      ...cluster,
      ...issuers(acme),
      WRIT_HOST: '::1',
      WRIT_PORT: '0',
      WRIT_OPS_PORT: '9000',
      WRIT_PUBLIC_URL: 'https://writ.example.com/',
      WRIT_ROLES: 'decisions, audit',
      WRIT_OPERATOR_TOKEN: 'a'.repeat(32),
      WRIT_KEY_PREFIX: 'acme2',
      WRIT_KEY_HELP_URL: 'https://example.com/help',
      WRIT_MAX_STALENESS_MS: '750',
      WRIT_DATA_DIR: '/var/lib/writ data',
    });
    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      opsPort: 9000,
      publicUrl: 'https://writ.example.com',
      keyPrefix: 'acme2',
    });
    expect(config).toMatchObject({
      eventStore: cluster.WRIT_EVENT_STORE,
      vault: cluster.WRIT_VAULT,
      oidcIssuers: [acme],
      maxStalenessMs: 750,
    });
    expect([...config.roles]).toEqual(['decisions', 'audit']);
    expect(config.masterKey).toEqual(Buffer.alloc(32, 1));
  });

  it('has no second port when both are the same', () => {
    expect(accepted({ WRIT_PORT: '80', WRIT_OPS_PORT: '80' }).opsPort).toBeUndefined();
    expect(accepted({ WRIT_PORT: '0', WRIT_OPS_PORT: '0' }).opsPort).toBe(0);
  });

  it.each([
    ['WRIT_HOST', 'a host'],
    ['WRIT_PORT', '65536'],
    ['WRIT_PORT', '-1'],
    ['WRIT_PORT', '3e3'],
    ['WRIT_PORT', ' 80'],
    ['WRIT_OPS_PORT', 'x'],
    ['WRIT_PUBLIC_URL', 'writ.example.com'],
    ['WRIT_PUBLIC_URL', 'https://u:p@writ.example.com'],
    ['WRIT_PUBLIC_URL', 'ftp://writ.example.com'],
    ['WRIT_PUBLIC_URL', 'https://writ.example.com/?a=b'],
    ['WRIT_DATA_DIR', 'a\0b'],
    ['WRIT_EVENT_STORE', 'embedded'],
    ['WRIT_EVENT_STORE', 'http://db:2113'],
    ['WRIT_VAULT', 'mysql://db'],
    ['WRIT_ROLES', 'admin,everything'],
    ['WRIT_ROLES', 'admin,'],
    ['WRIT_OPERATOR_TOKEN', 'a'.repeat(31)],
    ['WRIT_OPERATOR_TOKEN', `${'a'.repeat(40)} b`],
    ['WRIT_MASTER_KEY', Buffer.alloc(31).toString('base64')],
    ['WRIT_MASTER_KEY', 'not base64!'],
    ['WRIT_OIDC_ISSUERS', 'not json'],
    ['WRIT_OIDC_ISSUERS', '{}'],
    ['WRIT_KEY_PREFIX', 'Writ'],
    ['WRIT_KEY_PREFIX', '1writ'],
    ['WRIT_KEY_PREFIX', 'a'.repeat(21)],
    ['WRIT_KEY_HELP_URL', 'help'],
    ['WRIT_MAX_STALENESS_MS', '99'],
    ['WRIT_MAX_STALENESS_MS', '1.5'],
  ])('refuses %s=%s, naming the variable and the shape', (name, value) => {
    const faults = refused({ [name]: value });
    expect(faults.length).toBe(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}: got a text of ${value.length} characters?; expected .+\\.$`, 'u'));
    expect(value.length > 8 && faults[0]?.includes(value)).toBe(false);
  });

  it('never repeats a secret', () => {
    const secret = 'hunter2 hunter2 hunter2';
    const names = ['WRIT_OPERATOR_TOKEN', 'WRIT_MASTER_KEY', 'WRIT_EVENT_STORE', 'WRIT_VAULT', 'WRIT_OIDC_ISSUERS'];
    const faults = refused(Object.fromEntries(names.map((name) => [name, secret])));
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(names.toSorted());
    expect(faults.join('\n')).not.toContain('hunter2');
    expect(refused(issuers({ ...acme, issuer: 'hunter2' }, { ...acme, secret: 'hunter2' })).join('\n')).not.toContain(
      'hunter2',
    );
  });

  it('tells every fault at once', () => {
    expect(refused({ WRIT_PORT: 'x', WRIT_KEY_PREFIX: '-', WRIT_POTR: '1' }).length).toBe(3);
  });

  it('wants a vault and a master key beside an event store of more than one machine', () => {
    expect(accepted(cluster).vault).toBe(cluster.WRIT_VAULT);
    const faults = refused({ WRIT_EVENT_STORE: cluster.WRIT_EVENT_STORE });
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['WRIT_VAULT', 'WRIT_MASTER_KEY']);
  });

  it.each<[string, object, string]>([
    ['no audience', { name: 'acme', issuer: 'https://a.example' }, 'audience'],
    ['an empty audience', { ...acme, audience: ' ' }, 'audience'],
    ['an unknown field', { ...acme, jwks: 'x' }, 'jwks'],
    ['plain http', { ...acme, issuer: 'http://a.example' }, 'issuer'],
    ['a name in capitals', { ...acme, name: 'Acme' }, 'name'],
  ])('refuses an issuer with %s', (_, issuer, field) => {
    expect(refused(issuers(acme, issuer))[0]).toContain(`entry 2 has`);
    expect(refused(issuers(acme, issuer))[0]).toContain(`"${field}"`);
  });

  it('takes an issuer on this machine over plain http, and no name twice', () => {
    expect(accepted(issuers({ ...acme, issuer: 'http://127.0.0.1:8080' })).oidcIssuers.length).toBe(1);
    expect(refused(issuers(acme, acme))[0]).toContain('same name');
  });

  it('refuses a variable that it does not know, and says which was probably meant', () => {
    expect(refused({ WRIT_OPERATOR_TOKN: 'hunter2' })).toEqual([
      'WRIT_OPERATOR_TOKN: there is no such variable. Did you mean WRIT_OPERATOR_TOKEN?',
    ]);
    expect(accepted({ WRIT_TEST_ESDB: 'x', WRIT_ROUNDS: '5', WRIT_TOKEN_FILE: 'x', WRITER: 'x' }).port).toBe(3000);
  });
});
