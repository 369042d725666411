import { hash } from 'node:crypto';
import type { KeyFact, LiveState } from '#libs/authorization';
import { classify } from '../domain/key-format.js';

/** What a presented secret comes to. `malformed`: it can't be one of ours, and nobody looked. */
export interface Presented {
  /** In lower-case hex, as facts are found by; null for a malformed one. */
  readonly digest: string | null;
  readonly key: KeyFact | undefined;
  /** Nothing was found, and what would recognize it has yet to come from the vault: it is not known to be unknown. */
  readonly pending: boolean;
}

/** Finds the key of a secret that somebody presents: one of our own, or one that was imported from another system. */
export class Credentials {
  constructor(
    private readonly live: LiveState,
    private readonly prefix: string,
  ) {}

  /**
   * What has our prefix and not our form is malformed without a look-up; what has another form may be a key that
   * another system made.
   */
  present(secret: string): Presented {
    const kind = classify(secret);
    const malformed = kind === 'wrong-checksum' || (kind === 'foreign' && secret.startsWith(`${this.prefix}_`));
    if (malformed) return { digest: null, key: undefined, pending: false };
    const digest = hash('sha256', secret, 'hex');
    return { digest, key: this.live.keyByDigest(digest), pending: false };
  }
}
