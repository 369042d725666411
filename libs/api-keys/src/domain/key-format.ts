import type * as t from 'io-ts';
import { branded } from '#libs/kernel';

/**
 * What stands before the underscore and says whose key it is. It holds no underscore itself: so a key has exactly one,
 * and other vendors' keys (`sk_live_…`) are never mistaken for ours.
 */
export const KeyPrefix = branded('KeyPrefix', /^[a-z][a-z0-9]{0,19}$/u);
export type KeyPrefix = t.TypeOf<typeof KeyPrefix>;

/**
 * `ours`: our shape and a right checksum. `wrong-checksum`: our shape, so nothing that we ever made: refuse it without a
 * look-up. `foreign`: anything else, and so perhaps a key imported from another system.
 */
export type SecretKind = 'ours' | 'wrong-checksum' | 'foreign';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_BYTES = 32;
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const TAIL_LENGTH = RANDOM_LENGTH + CHECKSUM_LENGTH;
const LONGEST_PREFIX = 20;
const UNDERSCORE = 0x5f;

/** The digit that an ASCII code stands for. `NO_DIGIT` has a bit that no digit has, so a run can be judged by its union. */
const NO_DIGIT = 255;
const LARGEST_DIGIT = 63;
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = alphabet.indexOf(String.fromCharCode(code));
  return digit < 0 ? NO_DIGIT : digit;
});

const digitOf = (code: number): number => digits[code] ?? NO_DIGIT;

/** CRC-32 as in IEEE 802.3 and zlib: reflected, polynomial 0xEDB88320. */
const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

const crcStep = (crc: number, code: number): number => (crc >>> 8) ^ (crcTable[(crc ^ code) & 0xff] ?? 0);

const crc32 = (text: string): number => {
  let crc = -1;
  for (let i = 0; i < text.length; i += 1) crc = crcStep(crc, text.charCodeAt(i));
  return ~crc >>> 0;
};

const isNumeral = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isLowerCase = (code: number): boolean => code >= 0x61 && code <= 0x7a;

const base62 = (value: bigint, length: number): string => {
  let [text, rest] = ['', value];
  for (; rest > 0n; rest /= 62n) text = `${alphabet.charAt(Number(rest % 62n))}${text}`;
  return text.padStart(length, '0');
};

const isPrefix = (text: string, from: number, to: number): boolean => {
  if (to <= from || to - from > LONGEST_PREFIX || isNumeral(text.charCodeAt(from))) return false;
  for (let i = from; i < to; i += 1) {
    const code = text.charCodeAt(i);
    if (!isNumeral(code) && !isLowerCase(code)) return false;
  }
  return true;
};

/** What stands from `from` on, with its underscore at `separator`. One pass over the characters: it is on every decision's way. */
const kindAt = (text: string, from: number, separator: number): SecretKind => {
  if (text.charCodeAt(separator) !== UNDERSCORE || !isPrefix(text, from, separator)) return 'foreign';
  const body = separator + 1 + RANDOM_LENGTH;
  let [crc, seen, checksum] = [-1, 0, 0];
  for (let i = from; i <= separator; i += 1) crc = crcStep(crc, text.charCodeAt(i));
  for (let i = separator + 1; i < body; i += 1) {
    const code = text.charCodeAt(i);
    seen |= digitOf(code);
    crc = crcStep(crc, code);
  }
  for (let i = body; i < body + CHECKSUM_LENGTH; i += 1) {
    const digit = digitOf(text.charCodeAt(i));
    seen |= digit;
    checksum = checksum * 62 + digit;
  }
  if (seen > LARGEST_DIGIT) return 'foreign';
  // Six digits reach beyond 32 bits; such a number is no checksum of anything.
  return checksum === ~crc >>> 0 ? 'ours' : 'wrong-checksum';
};

/** Allocates nothing. Any valid prefix will do, as prefixes change. */
export const classify = (secret: string): SecretKind => kindAt(secret, 0, secret.length - TAIL_LENGTH - 1);

export const hasValidChecksum = (secret: string): boolean => classify(secret) === 'ours';

/** A new secret from 32 random bytes, read as one big-endian number. */
export const formatSecret = (prefix: KeyPrefix, randomBytes: Uint8Array): string => {
  if (randomBytes.length !== RANDOM_BYTES) throw new RangeError(`a secret takes ${RANDOM_BYTES} random bytes`);
  const value = randomBytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  const body = `${prefix}_${base62(value, RANDOM_LENGTH)}`;
  return `${body}${base62(BigInt(crc32(body)), CHECKSUM_LENGTH)}`;
};

/** Whether one of our secrets stands anywhere in a text, run into other letters or not: names must hold none. */
export const looksLikeSecret = (text: string): boolean => {
  for (let at = text.indexOf('_'); at >= 0 && at + TAIL_LENGTH < text.length; at = text.indexOf('_', at + 1)) {
    for (let from = Math.max(0, at - LONGEST_PREFIX); from < at; from += 1) {
      if (kindAt(text, from, at) === 'ours') return true;
    }
  }
  return false;
};

/** What a key may be told apart by, once its secret is gone. Of a short foreign secret not even its end is shown. */
export const hintOf = (secret: string): string => {
  if (classify(secret) !== 'foreign') return `${secret.slice(0, secret.indexOf('_'))}_…${secret.slice(-4)}`;
  return secret.length < 20 ? '…' : `…${secret.slice(-4)}`;
};
