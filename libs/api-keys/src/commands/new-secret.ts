import { hash, randomBytes } from 'node:crypto';
import type { Digest } from '#libs/kernel';
import { formatSecret, hintOf, type KeyPrefix } from '../domain/key-format.js';

/** A secret that nobody has had before, with all that is kept of it. */
export const newSecret = (prefix: KeyPrefix) => {
  const secret = formatSecret(prefix, randomBytes(32));
  return { secret, digest: hash('sha256', secret, 'hex') as Digest, hint: hintOf(secret) };
};
