import * as t from 'io-ts';
import type { O, Sealed, TE } from '#libs/kernel';

/** What is sealed: flat, named, and null where nothing is known. */
export const Fields = t.readonly(t.record(t.string, t.union([t.string, t.null])), 'Fields');
export type Fields = t.TypeOf<typeof Fields>;

/** The vault did not do it, or it is not known whether it did. Every call may be repeated. */
export interface VaultUnavailable {
  readonly _tag: 'VaultUnavailable';
  readonly cause: string;
}

/** The person was erased. Nothing will ever be sealed for this id again (DEL-03). */
export interface SubjectErased {
  readonly _tag: 'SubjectErased';
  readonly subject: string;
}

/** Not what was sealed for this subject: altered, moved from someone else's record, or its key was never in this vault. */
export interface CorruptBox {
  readonly _tag: 'CorruptBox';
  readonly sealedFor: string;
}

/** A key or a held secret as it lies in the store: wrapped by the master key, or null once it was erased. */
export interface VaultRow {
  readonly subject: string;
  readonly wrapped: Buffer | null;
}

/**
 * What may not be in the log as it is. First, the keys of what must stay erasable, and so may lie in the log only encrypted (AMB-36, DEL-02). A subject is the opaque
 * id of a person, or of an invitation before there is a person; each has a data key of its own. Erasing that key
 * makes every box sealed with it unreadable, in the log, its backups and its replicas alike. Then, the few secrets that
 * have to be had again.
 * Every adapter passes `vaultContract`.
 */
export abstract class Vault {
  /** Makes the subject's key if it has none; durable when answered. */
  abstract ensureKey(subject: string): TE.TaskEither<VaultUnavailable | SubjectErased, void>;

  /**
   * A box that only this vault opens, as JSON for an event's body. Makes the key first where `ensureKey` was not called.
   * The same fields sealed twice make two different boxes.
   */
  abstract seal(subject: string, data: Fields): TE.TaskEither<VaultUnavailable | SubjectErased, Sealed>;

  /** None once the subject is erased. What was not sealed here is a failure, never mistaken for erased. */
  abstract open(sealed: Sealed): TE.TaskEither<VaultUnavailable | CorruptBox, O.Option<Fields>>;

  /** As `open`, in the list's order, with one look-up for all of it. One corrupt box fails the list. */
  abstract openMany(
    list: ReadonlyArray<Sealed>,
  ): TE.TaskEither<VaultUnavailable | CorruptBox, ReadonlyArray<O.Option<Fields>>>;

  /** When answered, the key is gone from the store itself; what stays is the id, so that no key is made for it again. */
  abstract erase(subject: string): TE.TaskEither<VaultUnavailable, void>;

  /** Which of these are erased, in their order: for whoever finds a vault that is newer than the log. */
  abstract erasedAmong(subjects: ReadonlyArray<string>): TE.TaskEither<VaultUnavailable, ReadonlyArray<string>>;

  /**
   * Holds a secret that has to be had again: a legacy key's (KEY-27), or a pepper. The first of a name stays. True when
   * what is held under the name is this very secret; durable when answered. A dropped name takes no other.
   */
  abstract hold(name: string, secret: string): TE.TaskEither<VaultUnavailable, boolean>;

  /** None where nothing of that name is held, or no longer. */
  abstract recall(name: string): TE.TaskEither<VaultUnavailable, O.Option<string>>;

  /** When answered, the secret is gone from the store itself, as a key is by `erase`. */
  abstract drop(name: string): TE.TaskEither<VaultUnavailable, void>;

  /** Everything as it lies there, for a backup: up to `limit` rows after the one of `after`, in an order of their own. Null begins. */
  abstract rows(after: string | null, limit: number): TE.TaskEither<VaultUnavailable, ReadonlyArray<VaultRow>>;

  /**
   * Puts back rows of a vault with the same master key; durable when answered. What is there stays as it is: true when every row is
   * there as it was given, so that nothing is erased, revived or changed by it.
   */
  abstract restore(rows: ReadonlyArray<VaultRow>): TE.TaskEither<VaultUnavailable, boolean>;

  /** Finishes what was accepted, then forgets every key. Later calls answer `VaultUnavailable`. */
  abstract close(): Promise<void>;
}
