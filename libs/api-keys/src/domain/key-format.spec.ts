import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classify, formatSecret, hasValidChecksum, hintOf, KeyPrefix, looksLikeSecret } from './key-format.js';

const writ = 'writ' as KeyPrefix;
const base62 = Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const sample = formatSecret(writ, Buffer.alloc(32, 0xa5));

const anyPrefix = fc.stringMatching(/^[a-z][a-z0-9]{0,19}$/u) as fc.Arbitrary<KeyPrefix>;
const anySecret = fc
  .tuple(anyPrefix, fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([prefix, bytes]) => formatSecret(prefix, bytes));
const anyText = fc.string({ maxLength: 30 });

describe('a secret', () => {
  it('is recognised with any prefix, also one of former days', () => {
    fc.assert(fc.property(anySecret, hasValidChecksum));
  });

  it('takes 32 random bytes, no more and no fewer', () => {
    expect(() => formatSecret(writ, new Uint8Array(31))).toThrow('32 random bytes');
    expect(() => formatSecret(writ, new Uint8Array(33))).toThrow('32 random bytes');
  });

  it('differs wherever its random bytes do', () => {
    const bits = Array.from({ length: 256 }, (_, bit) => {
      const bytes = new Uint8Array(32);
      bytes[bit >> 3] = 1 << (bit & 7);
      return formatSecret(writ, bytes);
    });
    expect(new Set(bits).size).toBe(256);
  });
});

describe('an accident', () => {
  it('to any one character is noticed, whatever it became', () => {
    const others = [...base62, '_', '-', ' ', '\0', 'é', '０', '😀'];
    Array.from(sample).forEach((right, at) => {
      for (const wrong of others) {
        if (wrong !== right)
          expect(hasValidChecksum(`${sample.slice(0, at)}${wrong}${sample.slice(at + 1)}`)).toBe(false);
      }
    });
  });

  it('to any one character of any secret is noticed', () => {
    fc.assert(
      fc.property(anySecret, fc.nat(), fc.constantFrom(...base62), (secret, pick, wrong) => {
        const at = pick % secret.length;
        const changed = `${secret.slice(0, at)}${wrong}${secret.slice(at + 1)}`;
        return changed === secret || !hasValidChecksum(changed);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that swaps two neighbours is noticed', () => {
    fc.assert(
      fc.property(anySecret, (secret) =>
        Array.from(secret).every((character, at) => {
          const swapped = `${secret.slice(0, at)}${secret.charAt(at + 1)}${character}${secret.slice(at + 2)}`;
          return swapped === secret || !hasValidChecksum(swapped);
        }),
      ),
      { numRuns: 500 },
    );
  });

  it('that adds or loses a character is noticed', () => {
    fc.assert(
      fc.property(anySecret, fc.nat(), fc.constantFrom(...base62), (secret, pick, extra) => {
        const at = pick % secret.length;
        const longer = `${secret.slice(0, at)}${extra}${secret.slice(at)}`;
        const shorter = `${secret.slice(0, at)}${secret.slice(at + 1)}`;
        return !hasValidChecksum(longer) && !hasValidChecksum(shorter);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a text that holds a secret', () => {
  it('is recognised, wherever it stands and whatever it runs into', () => {
    fc.assert(
      fc.property(anyText, anySecret, anyText, (before, secret, after) => looksLikeSecret(before + secret + after)),
    );
    expect(looksLikeSecret(`MY_KEY_${sample}_OLD`)).toBe(true);
    expect(looksLikeSecret(`x9${sample}x9`)).toBe(true);
  });

  it('is not seen in what is no secret', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => !looksLikeSecret(text)));
    const harmless = [
      '',
      '_',
      'production',
      'team_billing_2026',
      'a_'.repeat(100),
      `writ_${'A'.repeat(49)}`,
      sample.slice(0, -1),
    ];
    expect(harmless.filter(looksLikeSecret)).toEqual([]);
  });
});

describe('a hint', () => {
  it('shows four characters of a secret, and none of a short foreign one', () => {
    expect(hintOf(sample)).toBe(`writ_…${sample.slice(-4)}`);
    expect(hintOf('sk_live_4eC39HqLyjWDarjt')).toBe('…arjt');
    expect(hintOf('hunter2')).toBe('…');
  });
});

describe('a prefix', () => {
  it('is a lower-case letter, then up to 19 letters or digits', () => {
    const good = ['a', 'writ', 'acme2', 'a'.repeat(20)];
    const bad = ['', '1a', 'Writ', 'sk_live', 'a-b', 'a'.repeat(21), 'é', 'writ\n'];
    expect([...good, ...bad].filter(KeyPrefix.is)).toEqual(good);
  });
});

it('a prefix of any other character makes no key, whatever its checksum', () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  const ours = ascii.filter((character) => {
    const secret = formatSecret(`w${character}t` as KeyPrefix, Buffer.alloc(32, 1));
    return classify(secret) === 'ours';
  });
  expect(ours.join('')).toBe('0123456789abcdefghijklmnopqrstuvwxyz');
});
