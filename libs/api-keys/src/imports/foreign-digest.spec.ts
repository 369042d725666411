import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { Algorithm, Encoding } from '../domain/foreign.js';
import { digestBytes, digestOf, readDigest } from './foreign-digest.js';

interface Golden {
  readonly pepper: { readonly hex: string };
  readonly keys: ReadonlyArray<{
    readonly name: string;
    readonly secret: string;
    readonly algorithm: Algorithm;
    readonly digests: ReadonlyArray<{ readonly encoding: Encoding; readonly digest: string }>;
  }>;
}

/** Made by Python's hashlib, apart from this code. */
const golden = JSON.parse(
  readFileSync(new URL('../../../../test/support/foreign-keys.json', import.meta.url), 'utf8'),
) as Golden;
const pepper = createSecretKey(Buffer.from(golden.pepper.hex, 'hex'));
const forms = golden.keys.flatMap(({ digests, ...key }) => digests.map((digest) => ({ ...key, ...digest })));

describe('what another system keeps of a secret', () => {
  it.each(golden.keys)('$algorithm of a secret that is "$name"', ({ secret, algorithm, digests }) => {
    expect(digestOf(algorithm, secret, pepper)?.toString('hex')).toBe(digests[0]?.digest);
  });

  it('keyed is not known without the key', () => {
    expect(digestOf('hmac-sha256', 'x')).toBeUndefined();
  });
});

describe('a digest that is written down', () => {
  it.each(forms)('$algorithm in $encoding as $digest', ({ secret, algorithm, encoding, digest }) => {
    expect(readDigest(digest, { algorithm, encoding })).toEqual(digestOf(algorithm, secret, pepper));
  });

  const [sha256] = forms.map(({ digest }) => digest);
  const base64 = forms[3]?.digest ?? '';
  it.each<[why: string, text: string, encoding: Encoding]>([
    ['empty', '', 'hex'],
    ['short of a byte', 'ab'.repeat(31), 'hex'],
    ['short of half a byte', `${'ab'.repeat(31)}a`, 'hex'],
    ['a byte too long', 'ab'.repeat(33), 'hex'],
    ['half a byte too long', `${'ab'.repeat(32)}a`, 'hex'],
    ['of another algorithm', 'ab'.repeat(64), 'hex'],
    ['marked as hex', `0x${'ab'.repeat(31)}`, 'hex'],
    ['spaced', ` ${sha256 ?? ''}`, 'hex'],
    ['of a letter that is no digit', `${'ab'.repeat(31)}ag`, 'hex'],
    ['hex that is called base64', 'ab'.repeat(32), 'base64'],
    ['base64 that is called hex', base64, 'hex'],
    ['ended by a newline', `${base64}\n`, 'base64'],
    ['padded too much', `${base64}=`, 'base64'],
    ['padded in the middle', `=${base64.slice(1)}`, 'base64'],
    ['of the other alphabet', `${'-_'.repeat(21)}A=`, 'base64'],
    ['of the other alphabet too', `${'+/'.repeat(21)}A=`, 'base64url'],
    ['of bits that stand for no byte', `${base64.slice(0, -2)}x=`, 'base64'],
  ])('is refused when it is %s, and not repeated', (_, text, encoding) => {
    const read = readDigest(text, { algorithm: 'sha256', encoding });
    expect(read).toHaveProperty('fault');
    if (text.length > 8) expect(JSON.stringify(read)).not.toContain(text.trim());
  });

  it('is one way of writing one digest, up to the case of hex and the padding of base64', () => {
    const encodings = fc.constantFrom<Encoding>('hex', 'base64', 'base64url');
    const algorithms = fc.constantFrom<Algorithm>('sha256', 'sha512', 'hmac-sha256');
    fc.assert(
      fc.property(algorithms, encodings, fc.infiniteStream(fc.nat(255)), fc.nat(), (algorithm, encoding, some, at) => {
        const bytes = Buffer.from([...some.take(digestBytes[algorithm])]);
        const text = bytes.toString(encoding);
        const place = at % text.length;
        for (const sign of 'Aa0+-=_g ') {
          const other = `${text.slice(0, place)}${sign}${text.slice(place + 1)}`;
          const read = readDigest(other, { algorithm, encoding });
          const isSame =
            encoding === 'hex' ? other.toLowerCase() === text : other.replace(/=+$/u, '') === text.replace(/=+$/u, '');
          if (!('fault' in read)) expect([other, read.equals(bytes)]).toEqual([other, isSame]);
        }
      }),
    );
  });
});
