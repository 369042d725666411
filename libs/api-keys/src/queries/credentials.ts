import { hash } from 'node:crypto';
import type { KeyFact, LiveState } from '#libs/authorization';
import { classify } from '../domain/key-format.js';
import type { ImportedKinds } from './imported-kinds.js';

/** What a presented secret comes to. `malformed`: it can't be one of ours, and nobody looked. */
export interface Presented {
  /** In lower-case hex, as facts are found by; null for a malformed one. */
  readonly digest: string | null;
  readonly key: KeyFact | undefined;
  /** Nothing was found, and what would recognize it has yet to come from the vault: it is not known to be unknown. */
  readonly pending: boolean;
}

/** In characters. Whoever sends what is longer has it digested once, and not in every way that is known. */
const LONGEST_IMPORTED = 4_096;

const malformed: Presented = { digest: null, key: undefined, pending: false };

/** Finds the key of a secret that somebody presents: one of our own, or one that was imported from another system. */
export class Credentials {
  constructor(
    private readonly live: LiveState,
    private readonly imported: ImportedKinds,
    private readonly prefix: string,
  ) {}

  /**
   * What has our prefix and not our form is malformed without a look-up. Anything else may be a key that another system made: it is
   * tried as such where it is none of ours.
   */
  present(secret: string): Presented {
    const kind = classify(secret);
    if (kind !== 'ours' && secret.startsWith(`${this.prefix}_`)) return malformed;
    if (kind === 'wrong-checksum') return this.imports(secret, malformed);
    const digest = hash('sha256', secret, 'hex');
    const key = this.live.keyByDigest(digest);
    return key === undefined ? this.imports(secret, { digest, key, pending: false }) : { digest, key, pending: false };
  }

  private imports(secret: string, none: Presented): Presented {
    if (secret.length > LONGEST_IMPORTED) return none;
    const found = this.imported.recognize(secret);
    if (found === 'unknown') return none;
    return found === 'pending' ? { ...none, pending: true } : { ...found, pending: false };
  }
}
