import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errors, exportJWK, type FlattenedJWSInput } from 'jose';
import {
  answering,
  endless,
  hanging,
  type HandMadeIssuer,
  redirecting,
  signingKey,
  startHandMadeIssuer,
  trickling,
} from '../../../../../test/support/issuer-by-hand.js';
import { IssuerKeys } from './issuer-keys.js';
import { IssuerUnavailable } from './published-keys.js';

const token: FlattenedJWSInput = { payload: '', signature: '' };
const LOOK = ['/.well-known/openid-configuration', '/keys'];

let issuer: HandMadeIssuer;
let now: number;
let keys: IssuerKeys;

const keysOf = ({ url }: HandMadeIssuer) => new IssuerKeys({ name: 'acme', issuer: url, audience: 'writ' }, () => now);
const get = async (kid = 'first') => keys.get({ alg: 'ES256', kid }, token);

beforeEach(async () => {
  issuer = await startHandMadeIssuer();
  now = 0;
  keys = keysOf(issuer);
});
afterEach(() => issuer.close());

describe('the keys of an issuer', () => {
  it('are found by one look for all who ask at once, and kept', async () => {
    await Promise.all(Array.from({ length: 20 }, () => get()));
    await get();
    expect(issuer.asked).toEqual(LOOK);
  });

  it('are looked for anew when they are ten minutes old, at the address that the issuer then names', async () => {
    await get();
    now = 599_999;
    await get();
    expect(issuer.asked).toEqual(LOOK);
    issuer.metadata = answering({ issuer: issuer.url, jwks_uri: `${issuer.url}/moved/keys` });
    now = 600_001;
    await get();
    expect(issuer.asked.slice(2)).toEqual(['/.well-known/openid-configuration', '/moved/keys']);
  });

  it('that it has withdrawn are not taken after that', async () => {
    await get();
    issuer.published = [(await signingKey('second')).jwk];
    now = 600_001;
    await expect(get()).rejects.toThrow(errors.JWKSNoMatchingKey);
  });

  it('are looked for anew for a key id that is not among them, once for all who ask', async () => {
    await get();
    now = 1_000;
    issuer.published = [issuer.key.jwk, (await signingKey('second')).jwk];
    await Promise.all(Array.from({ length: 20 }, () => get('second')));
    expect(issuer.asked).toEqual([...LOOK, ...LOOK]);
  });

  it('are looked for at most once a second, while a key id that was published meanwhile waits', async () => {
    keys = new IssuerKeys({ name: 'acme', issuer: issuer.url, audience: 'writ' });
    const second = await signingKey('second');
    const asked = performance.now();
    await get();
    issuer.published = [issuer.key.jwk, second.jwk];
    await Promise.all([get('second'), expect(get('never')).rejects.toThrow(errors.JWKSNoMatchingKey), get()]);
    expect(performance.now() - asked).toBeGreaterThan(990);
    expect(issuer.asked).toEqual([...LOOK, ...LOOK]);
  });

  it('are not looked for twice for a key id that they never had', async () => {
    await expect(get('never')).rejects.toThrow(errors.JWKSNoMatchingKey);
    expect(issuer.asked).toEqual(LOOK);
  });

  it('that are there stay good while the issuer is away', async () => {
    await get();
    issuer.metadata = answering({}, 500);
    now = 1_000;
    await expect(get('second')).rejects.toThrow(IssuerUnavailable);
    await expect(get()).resolves.toBeDefined();
  });
});

describe('an issuer that failed', () => {
  it('is left alone for five seconds, and then asked again', async () => {
    issuer.metadata = answering({}, 500);
    await Promise.all(Array.from({ length: 20 }, () => expect(get()).rejects.toThrow('it answers 500')));
    issuer.metadata = answering({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` });
    now = 4_999;
    await expect(get()).rejects.toThrow('left alone');
    expect(issuer.asked.length).toBe(1);
    now = 5_000;
    await expect(get()).resolves.toBeDefined();
    expect(issuer.asked.length).toBe(3);
  });

  it('is unavailable when nobody listens', async () => {
    await issuer.close();
    await expect(get()).rejects.toThrow(/ECONNREFUSED/u);
    issuer = await startHandMadeIssuer();
  });
});

describe('metadata', () => {
  const refuses = async (why: string): Promise<void> => {
    await expect(get()).rejects.toThrow(why);
    await expect(get()).rejects.toThrow(IssuerUnavailable);
  };
  const named = (fields: object) => answering({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys`, ...fields });

  it.each([
    ['of another issuer', { issuer: 'https://elsewhere.example' }],
    ['of nearly the same', { issuer: 'http://127.0.0.1:1/' }],
    ['without an issuer', { issuer: undefined }],
    ['without keys', { jwks_uri: undefined }],
    ['with keys of no address', { jwks_uri: 7 }],
  ])('%s is none', async (_, fields) => {
    issuer.metadata = named(fields);
    await refuses('no metadata of its own');
    expect(issuer.asked).toEqual([LOOK[0]]);
  });

  it.each(['http://keys.example/keys', 'ftp://127.0.0.1/keys', 'keys', 'file:///etc/passwd', 'data:,{"keys":[]}'])(
    'that names keys at %s is not followed',
    async (address) => {
      issuer.metadata = named({ jwks_uri: address });
      await refuses('not behind https');
      expect(issuer.asked).toEqual([LOOK[0]]);
    },
  );

  it('is looked for under the path of the issuer, with one slash or none at its end', async () => {
    const own = await startHandMadeIssuer({ path: '/realms/one/' });
    keys = keysOf(own);
    await get();
    expect(own.asked).toEqual(['/realms/one/.well-known/openid-configuration', '/realms/one/keys']);
    await own.close();
  });
});

it('an answer that never comes, or comes too slowly, is waited for five seconds', async () => {
  const slow = (['metadata', 'keySet'] as const).flatMap((document) =>
    [hanging, trickling].map(async (listener) => {
      const own = await startHandMadeIssuer();
      own[document] = listener;
      const begun = performance.now();
      await expect(keysOf(own).get({ alg: 'ES256', kid: 'first' }, token)).rejects.toThrow(IssuerUnavailable);
      await own.close();
      return performance.now() - begun;
    }),
  );
  for (const ms of await Promise.all(slow)) expect(ms).toBeGreaterThan(4_900);
});

describe.each(['metadata', 'keySet'] as const)('%s', (document) => {
  it('behind a redirect is not fetched', async () => {
    const other = await startHandMadeIssuer();
    issuer[document] = redirecting(`${other.url}/keys`);
    await expect(get()).rejects.toThrow(IssuerUnavailable);
    expect(other.asked).toEqual([]);
    await other.close();
  });

  it('without end is read no further than 256 KiB', async () => {
    issuer[document] = endless;
    await expect(get()).rejects.toThrow('256 KiB');
  });

  it.each([
    ['not found', answering({}, 404)],
    ['that is created', answering({ keys: [] }, 201)],
    ['that is no object', answering('keys')],
    ['that is null', answering(null)],
    ['of another shape', answering({ keys: 'none' })],
  ])('%s is none', async (_, listener) => {
    issuer[document] = listener;
    await expect(get()).rejects.toThrow(IssuerUnavailable);
  });

  it('that is not JSON is none', async () => {
    issuer[document] = (__, response) => {
      response.end('<html>');
    };
    await expect(get()).rejects.toThrow(IssuerUnavailable);
  });
});

describe('a key set', () => {
  it('of which one key cannot be used gives the others', async () => {
    issuer.published = [{ kty: 'oct', k: 'AAAA', kid: 'shared' }, { kty: 'RSA', kid: 'broken' }, issuer.key.jwk];
    await expect(get()).resolves.toBeDefined();
  });

  it('gives no private key', async () => {
    issuer.published = [{ ...issuer.key.jwk, ...(await exportJWK(issuer.key.privateKey)) }];
    await expect(get()).rejects.toThrow(errors.JWKSInvalid);
  });
});
