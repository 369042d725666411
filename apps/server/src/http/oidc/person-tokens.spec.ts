import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exportJWK } from 'jose';
import { E } from '#libs/kernel';
import {
  fromNow,
  type HandMadeIssuer,
  signed,
  type SigningKey,
  signingKey,
  startHandMadeIssuer,
} from '../../../../../test/support/issuer-by-hand.js';
import { looksLikeToken, PersonTokens } from './person-tokens.js';

let issuer: HandMadeIssuer;
let tokens: PersonTokens;

const of = (audience = 'writ') => new PersonTokens([{ name: 'acme', issuer: issuer.url, audience }]);
const outcome = async (token: string, by: PersonTokens = tokens): Promise<unknown> => {
  const verified = await by.verify(token);
  return E.isRight(verified) ? 'accepted' : verified.left._tag;
};

beforeAll(async () => {
  issuer = await startHandMadeIssuer();
  tokens = of();
});
afterEach(() => {
  issuer.published = [issuer.key.jwk];
});
afterAll(() => issuer.close());

describe('an algorithm', () => {
  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    '%s is taken, with the key of that kind',
    async (alg) => {
      const [key, other] = [await signingKey('own', alg), await signingKey('other', 'ES256')];
      issuer.published = [key.jwk, issuer.key.jwk, other.jwk];
      const fresh = of();
      expect(await outcome(await issuer.sign({}, {}, key), fresh)).toBe('accepted');
      // The same key set, and a signature of that algorithm by a key that is not in it.
      const stranger = { ...(await signingKey('own', alg)), jwk: key.jwk };
      expect(await outcome(await issuer.sign({}, {}, stranger), fresh)).toBe('TokenRefused');
    },
    30_000,
  );

  it('that the key is not for is refused', async () => {
    const key = await signingKey('own', 'RS256');
    issuer.published = [key.jwk];
    const other = { ...key, alg: 'PS256', privateKey: (await signingKey('own', 'PS256')).privateKey };
    expect(await outcome(await issuer.sign({}, {}, other), of())).toBe('TokenRefused');
  });
});

describe('a key that the issuer publishes and nobody can use', () => {
  const bits = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });

  it.each([
    ['too short an RSA key', () => ({ ...bits, kid: 'bad', alg: 'RS256' })],
    ['an RSA key without a modulus', () => ({ kty: 'RSA', e: 'AQAB', kid: 'bad', alg: 'RS256' })],
    ['a private key', async ({ jwk, privateKey }: SigningKey) => ({ ...jwk, ...(await exportJWK(privateKey)) })],
  ])('%s: it is the issuer’s fault, not the token’s', async (_, jwkOf) => {
    const key = await signingKey('bad', 'RS256');
    const jwk = await jwkOf(key);
    issuer.published = [jwk];
    expect(await outcome(await issuer.sign({}, {}, key), of())).toBe('IssuerUnavailable');
  });
});

describe('whom a token speaks of', () => {
  const personOf = async (claims: object) => tokens.verify(await issuer.sign({ sub: 'x|1', ...claims }));

  it('is the subject at that issuer, with an email that it has verified', async () => {
    expect(await personOf({ email: 'Ann@Example.com', email_verified: true })).toEqual(
      E.right({ provider: 'acme', subject: 'x|1', email: 'Ann@Example.com' }),
    );
  });

  it.each([
    ['says that it has not', { email: 'ann@example.com', email_verified: false }],
    ['does not say so', { email: 'ann@example.com' }],
    ['says so in a text', { email: 'ann@example.com', email_verified: 'true' }],
    ['says so in a number', { email: 'ann@example.com', email_verified: 1 }],
    ['says so of no text', { email: ['ann@example.com'], email_verified: true }],
    ['says so of nothing', { email_verified: true }],
  ])('ACC-03: has no email where the issuer %s', async (_, claims) => {
    expect(await personOf(claims)).toEqual(E.right({ provider: 'acme', subject: 'x|1', email: null }));
  });

  it.each([[''], ['x'.repeat(256)], [7], [null], [['x']], [undefined]])(
    'is nobody with the subject %j',
    async (sub) => {
      expect(await personOf({ sub })).toMatchObject({ left: { _tag: 'TokenRefused' } });
    },
  );
});

describe('two issuers of one address', () => {
  it('are told apart by the audience', async () => {
    const both = new PersonTokens([
      { name: 'one', issuer: issuer.url, audience: 'first' },
      { name: 'two', issuer: issuer.url, audience: 'second' },
    ]);
    const providerOf = async (aud: unknown) => {
      const verified = await both.verify(await issuer.sign({ aud }));
      return E.isRight(verified) ? verified.right.provider : undefined;
    };
    expect(await providerOf('first')).toBe('one');
    expect(await providerOf(['third', 'second'])).toBe('two');
    expect(await providerOf('third')).toBeUndefined();
  });
});

describe('what anybody may send', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('RS256', 'ES256', 'HS256', 'none', 'first', 'JWT', 'at+jwt', 'writ', '', -1, 1e308),
  );
  const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('is refused, whatever its header says, and never laid to the issuer’s charge', async () => {
    const header = fc.record(
      { alg: odd, kid: odd, typ: odd, crit: odd, b64: odd, jwk: odd, jku: odd, x5c: odd, cty: odd, zip: odd },
      { requiredKeys: [] },
    );
    const claims = () => ({ iss: issuer.url, aud: 'writ', sub: 'x', iat: fromNow(0), exp: fromNow(300) });
    await outcome(await issuer.sign());
    await fc.assert(
      fc.asyncProperty(header, fc.string(), async (fields, signature) => {
        // Key ids that exist, so that the keys are not looked for at every run.
        const token = `${base64url({ ...fields, kid: 'first' })}.${base64url(claims())}.${Buffer.from(`${signature}x`).toString('base64url')}`;
        expect(await outcome(token)).toBe('TokenRefused');
      }),
    );
  });

  it('is refused, whatever it claims, and its issuer is not even asked unless it is one of ours', async () => {
    const claims = fc.record({ iss: odd, aud: odd, sub: odd, iat: odd, exp: odd }, { requiredKeys: [] });
    const asked = issuer.asked.length;
    await fc.assert(
      fc.asyncProperty(fc.oneof(claims, odd), async (fields) => {
        expect(await outcome(`${base64url({ alg: 'ES256', kid: 'first' })}.${base64url(fields)}.AAAA`)).toBe(
          'TokenRefused',
        );
      }),
    );
    expect(issuer.asked.length).toBe(asked);
  });

  it('is refused, whatever the issuer itself may have signed by mistake', async () => {
    const claims = fc.record({ aud: odd, sub: odd, iat: odd, nbf: odd, exp: odd, events: odd }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(claims, fc.record({ typ: odd }, { requiredKeys: [] }), async (fields, header) => {
        const whole = { iss: issuer.url, aud: 'writ', sub: 'x', iat: fromNow(0), exp: 'soon', ...fields };
        expect(['TokenRefused', 'accepted']).toContain(await outcome(await signed(whole, issuer.key, header)));
      }),
    );
  });

  it('looks like a token only if it has three parts', () => {
    expect(['a.b.c', 'a-_.b.c'].map(looksLikeToken)).toEqual([true, true]);
    expect(['a.b', 'a..c', 'a.b.c.d.e', '.b.c', 'a.b.c=', 'a.b.ü'].map(looksLikeToken)).not.toContain(true);
  });
});
