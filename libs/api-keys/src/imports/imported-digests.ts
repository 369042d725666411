import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Digest } from '#libs/kernel';
import type { ForeignKind } from './foreign-digest.js';

/**
 * What the log keeps of an imported key. Another system's digest may be of a weak secret, or be known to others: so the log has an HMAC of it,
 * under a key that is not in the log.
 */
export class ImportedDigests {
  readonly #key: KeyObject;

  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  of({ algorithm, pepper }: ForeignKind, digest: Buffer): Digest {
    const kind = `${algorithm}\0${pepper ?? ''}\0`;
    return createHmac('sha256', this.#key).update(kind, 'utf8').update(digest).digest('hex') as Digest;
  }
}
