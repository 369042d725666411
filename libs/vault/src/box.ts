import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { E, O, type Sealed } from '#libs/kernel';
import { type CorruptBox, Fields } from './vault.js';

/**
 * On disk, for ever: version (1 byte) | nonce (12) | ciphertext | tag (16), AES-256-GCM, with the version and
 * the subject's id as associated data, so that neither a box nor a key can be passed off as someone else's.
 * Nonces are random: safe for 2^32 boxes of one key, far more than a person has.
 */
const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const HEAD = 1 + NONCE;

/** A box's length would tell the length of a name or address even after its erasure. */
const BLOCK = 64;
const blank = Buffer.alloc(BLOCK, ' ');

export const newDataKey = (): Buffer => randomBytes(32);

const associated = (subject: string): Buffer => Buffer.from(`${String.fromCharCode(VERSION)}${subject}`);

const encrypt = (key: Buffer, subject: string, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG }).setAAD(associated(subject));
  const body = parts.map((part) => cipher.update(part));
  cipher.final();
  return Buffer.concat([Buffer.of(VERSION), nonce, ...body, cipher.getAuthTag()]);
};

const decrypt = (key: Buffer, subject: string, bytes: Buffer): O.Option<Buffer> => {
  if (bytes.length < HEAD + TAG || bytes[0] !== VERSION) return O.none;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, HEAD), { authTagLength: TAG })
    .setAAD(associated(subject))
    .setAuthTag(bytes.subarray(-TAG));
  const plain = decipher.update(bytes.subarray(HEAD, -TAG));
  try {
    decipher.final();
    return O.some(plain);
  } catch {
    return O.none;
  }
};

export const wrapKey = (wrapping: Buffer, subject: string, key: Buffer): Buffer => encrypt(wrapping, subject, key);

/** Throws on bytes that this wrapping key did not wrap for this subject: then the vault itself is damaged. */
export const unwrapKey = (wrapping: Buffer, subject: string, wrapped: Buffer): Buffer => {
  const key = decrypt(wrapping, subject, wrapped);
  if (O.isNone(key)) throw new Error(`the stored key of ${subject} is damaged`);
  return key.value;
};

export const sealBox = (key: Buffer, subject: string, data: Fields): Sealed => {
  const json = Buffer.from(JSON.stringify(data));
  const padding = blank.subarray(0, (BLOCK - (json.length % BLOCK)) % BLOCK);
  return { sealedFor: subject, box: encrypt(key, subject, json, padding).toString('base64url') };
};

export const corrupt = ({ sealedFor }: Sealed): E.Either<CorruptBox, never> =>
  E.left({ _tag: 'CorruptBox', sealedFor });

export const openBox = (key: Buffer, sealed: Sealed): E.Either<CorruptBox, Fields> => {
  const bytes = Buffer.from(sealed.box, 'base64url');
  // Node skips what is not base64url; written again, only the very text that was sealed is the same.
  if (bytes.toString('base64url') !== sealed.box) return corrupt(sealed);
  const plain = decrypt(key, sealed.sealedFor, bytes);
  if (O.isNone(plain)) return corrupt(sealed);
  const data: unknown = JSON.parse(plain.value.toString());
  return Fields.is(data) ? E.right(data) : corrupt(sealed);
};
