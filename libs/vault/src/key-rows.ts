import type { VaultRow } from './vault.js';

/** Where the wrapped keys lie: all that an adapter writes itself. Whatever it throws is `VaultUnavailable`. */
export interface KeyRows {
  /** Null for an erased subject; no entry for one that never had a key. */
  read(subjects: ReadonlyArray<string>): Promise<ReadonlyMap<string, Buffer | null>>;
  /** Leaves what is there: the first key of a subject stays its key. Durable when it resolves. */
  insertIfAbsent(subject: string, wrapped: Buffer): Promise<void>;
  /** When it resolves the wrapped bytes are in the store no more, and the tombstone is durable. */
  erase(subject: string): Promise<void>;
  /** In the order of the subjects' bytes, after one of them or from the first. */
  list(after: string | null, limit: number): Promise<ReadonlyArray<VaultRow>>;
  /** As `insertIfAbsent`, tombstones too: of each subject that has no row. */
  insertAll(rows: ReadonlyArray<VaultRow>): Promise<void>;
  close(): Promise<void>;
  /** Of a store that other processes erase from, too. Without it, what was read is good until this vault erases it. */
  readonly elsewhere?: Elsewhere;
}

/** What other processes erase, as far as it is heard here. */
export interface Elsewhere {
  /** From now on calls `forget` with each subject erased, and with none where some may have been missed. */
  follow(forget: (subject?: string) => void): void;
  /** False while an erasure could go unheard: then every key is read from the store. */
  inTouch(): boolean;
}
