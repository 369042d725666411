import { createHmac, hkdfSync } from 'node:crypto';

export const MASTER_KEY_BYTES = 32;

/**
 * Every key the server needs, from the one master key (HKDF-SHA-256, no salt: the master key is uniform already).
 * The infos are what tells the keys apart; changing one changes every stream name or box that rests on it.
 */
export class Keyring {
  readonly #master: Buffer;
  readonly #wrapping: Buffer;

  constructor(master: Buffer) {
    if (master.length !== MASTER_KEY_BYTES) throw new RangeError(`a master key is ${MASTER_KEY_BYTES} bytes`);
    this.#master = master;
    this.#wrapping = this.#expand('wrapping');
  }

  /** Wraps the vault's data keys, and nothing else. */
  get wrapping(): Buffer {
    return this.#wrapping;
  }

  /** Tells one master key from another and says nothing about either: a vault keeps it, to refuse a wrong key at once. */
  get checkValue(): string {
    return this.#expand('check').toString('hex', 0, 16);
  }

  /** 32 bytes for one purpose, always the same for the same label. Keep it: deriving costs some microseconds. */
  derive(label: string): Buffer {
    return this.#expand(`derived/${label}`);
  }

  #expand(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#master, '', `writ/1/${purpose}`, 32));
  }
}

/**
 * Names a stream that is found by personal data: 32 hex digits (128 bits) that tell nothing to whoever reads the log
 * without the master key. `kind` keeps an email and an identity of the same text apart. Values are byte-exact: fold
 * case before, where case does not matter.
 */
export const blindIndex = (keyring: Keyring): ((kind: string, value: string) => string) => {
  const key = keyring.derive('blind-index');
  return (kind, value) => createHmac('sha256', key).update(`${kind}\0${value}`).digest('hex').slice(0, 32);
};
