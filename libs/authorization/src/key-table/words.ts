import type { ApiKeyId, Digest } from '#libs/kernel';

/**
 * A key in thirteen words of 32 bits, all of its digest and all of its id:
 *
 *     0–7    the digest
 *     8–11   characters 1–20 of the id, five in each, in 30 bits; above them, bits 20–23 of the place and the kind
 *     12     characters 21 and 22, in 12 bits; above them, bits 0–19 of the place
 */
export const WORDS = 13;
export const PLACES = 2 ** 24;

const digestWords = 8;
const group = 0x3fff_ffff;
const last = 0xfff;
const prefix = 'key_';
const idLength = prefix.length + 22;

const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const none = 64;
const characterOf = Uint8Array.from(characters, (character) => character.charCodeAt(0));
const valueOf = new Uint8Array(128).fill(none);
for (const [value, code] of characterOf.entries()) valueOf[code] = value;

/** One key's words, to find it by or to put it where it belongs. Each reading overwrites the one before. */
export const asked = new Int32Array(WORDS);
const askedBytes = Buffer.from(asked.buffer, 0, digestWords * 4);

/** False for what is no digest. */
export const readDigest = (text: string): boolean =>
  text.length === 64 && askedBytes.write(text, 0, 32, 'hex') === 32 && text === text.toLowerCase();

/** False for an id that does not have the usual length, which has no place in the words. */
export const readId = (text: string): boolean => {
  if (text.length !== idLength || !text.startsWith(prefix)) return false;
  let [at, seen] = [prefix.length, 0];
  for (let word = digestWords; word < WORDS; word += 1) {
    let value = 0;
    for (let n = word === WORDS - 1 ? 2 : 5; n > 0; n -= 1) {
      const read = valueOf[text.charCodeAt(at)] ?? none;
      seen |= read;
      value = (value << 6) | read;
      at += 1;
    }
    asked[word] = value;
  }
  return seen < none;
};

/** Beside an id that was read. `place` is below `PLACES`, `kind` below 16. */
export const readPlace = (place: number, kind: number): void => {
  asked[8] = (asked[8] ?? 0) | (((place >>> 20) & 3) << 30);
  asked[9] = (asked[9] ?? 0) | ((place >>> 22) << 30);
  asked[10] = (asked[10] ?? 0) | ((kind & 3) << 30);
  asked[11] = (asked[11] ?? 0) | ((kind >>> 2) << 30);
  asked[12] = (asked[12] ?? 0) | ((place & 0xf_ffff) << 12);
};

/** In these and the following, the words of a key are those of `page` from `at` on. */
export const placeAt = (page: Int32Array, at: number): number =>
  ((page[at + 12] ?? 0) >>> 12) | (((page[at + 8] ?? 0) >>> 30) << 20) | (((page[at + 9] ?? 0) >>> 30) << 22);

export const kindAt = (page: Int32Array, at: number): number =>
  ((page[at + 10] ?? 0) >>> 30) | (((page[at + 11] ?? 0) >>> 30) << 2);

export const isDigestAt = (page: Int32Array, at: number): boolean => {
  for (let word = 0; word < digestWords; word += 1) if (page[at + word] !== asked[word]) return false;
  return true;
};

export const isIdAt = (page: Int32Array, at: number): boolean => {
  for (let word = digestWords; word < WORDS - 1; word += 1)
    if ((((page[at + word] ?? 0) ^ (asked[word] ?? 0)) & group) !== 0) return false;
  return (((page[at + WORDS - 1] ?? 0) ^ (asked[WORDS - 1] ?? 0)) & last) === 0;
};

const mixed = (word: number): number => {
  const product = Math.imul(word, 0x9e37_79b1);
  return (product ^ (product >>> 15)) >>> 0;
};

export const digestHash = (page: Int32Array, at: number): number => {
  let all = 0;
  for (let word = 0; word < digestWords; word += 1) all ^= page[at + word] ?? 0;
  return mixed(all);
};

export const idHash = (page: Int32Array, at: number): number => {
  let all = (page[at + WORDS - 1] ?? 0) & last;
  for (let word = digestWords; word < WORDS - 1; word += 1) all = Math.imul(all ^ ((page[at + word] ?? 0) & group), 31);
  return mixed(all);
};

const told = new Int32Array(digestWords);
const toldBytes = Buffer.from(told.buffer);

export const digestAt = (page: Int32Array, at: number): Digest => {
  for (let word = 0; word < digestWords; word += 1) told[word] = page[at + word] ?? 0;
  return toldBytes.toString('hex') as Digest;
};

const character = (word: number, shift: number): number => characterOf[(word >>> shift) & 63] ?? 0;

export const idAt = (page: Int32Array, at: number): ApiKeyId => {
  const [a, b, c, d] = [page[at + 8] ?? 0, page[at + 9] ?? 0, page[at + 10] ?? 0, page[at + 11] ?? 0];
  const e = page[at + 12] ?? 0;
  // One call with every code is by far the quickest way to make a short string.
  // prettier-ignore
  const id = String.fromCharCode(
    107, 101, 121, 95,
    character(a, 24), character(a, 18), character(a, 12), character(a, 6), character(a, 0),
    character(b, 24), character(b, 18), character(b, 12), character(b, 6), character(b, 0),
    character(c, 24), character(c, 18), character(c, 12), character(c, 6), character(c, 0),
    character(d, 24), character(d, 18), character(d, 12), character(d, 6), character(d, 0),
    character(e, 6), character(e, 0),
  );
  return id as ApiKeyId;
};
