import { createHmac, hash, type KeyObject } from 'node:crypto';
import type { Algorithm, Encoding, PepperName } from '../domain/foreign.js';

/** One way in which other systems keep their secrets: the algorithm, and the pepper it is keyed with. */
export interface ForeignKind {
  readonly algorithm: Algorithm;
  /** Null for what is not keyed. */
  readonly pepper: PepperName | null;
}

export const digestBytes: Readonly<Record<Algorithm, number>> = { sha256: 32, sha512: 64, 'hmac-sha256': 32 };

/** How a digest of `bytes` bytes is written. Base64's padding is there as a whole, or not at all (RFC 4648 §3.2). */
const patterns: Readonly<Record<Encoding, RegExp>> = {
  hex: /^[0-9A-Fa-f]+$/u,
  base64: /^[A-Za-z0-9+/]+={0,2}$/u,
  base64url: /^[A-Za-z0-9_-]+={0,2}$/u,
};

/** The digest itself, or why the text is none; what is wrong is told without the text. */
export const readDigest = (
  text: string,
  { algorithm, encoding }: { readonly algorithm: Algorithm; readonly encoding: Encoding },
): Buffer | { readonly fault: string } => {
  const bytes = digestBytes[algorithm];
  const wanted = `expected ${String(bytes)} bytes (${algorithm}) in ${encoding}`;
  if (!patterns[encoding].test(text)) return { fault: `${wanted}; it has other characters than that` };
  const digest = Buffer.from(text, encoding);
  if (digest.length !== bytes) return { fault: `${wanted}; it has ${String(digest.length)}` };
  // Node skips what it does not understand, and drops bits that stand for no byte: written again, it has to be the same.
  const again = digest.toString(encoding).replace(/=+$/u, '');
  const given = text.replace(/=+$/u, '');
  const padded = encoding === 'hex' || text.length === given.length || text.length % 4 === 0;
  const isSame = encoding === 'hex' ? again === given.toLowerCase() : again === given;
  return isSame && padded ? digest : { fault: `${wanted}; it is not written as that` };
};

/** What the other system would have kept of this secret, of which the UTF-8 counts. `key`: the pepper, for what is keyed. */
export const digestOf = (algorithm: Algorithm, secret: string, key?: KeyObject): Buffer | undefined => {
  switch (algorithm) {
    case 'sha256':
    case 'sha512':
      return hash(algorithm, secret, 'buffer');
    case 'hmac-sha256':
      return key && createHmac('sha256', key).update(secret, 'utf8').digest();
  }
};
