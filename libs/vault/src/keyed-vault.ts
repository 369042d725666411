import { LRUCache } from 'lru-cache';
import { E, O, pipe, type Sealed, TE } from '#libs/kernel';
import { corrupt, newDataKey, openBox, sealBox, unwrapKey, wrapKey } from './box.js';
import type { Keyring } from './keyring.js';
import { type CorruptBox, type Fields, type SubjectErased, Vault, type VaultUnavailable } from './vault.js';

/** Where the wrapped keys lie: all that an adapter writes itself. Whatever it throws is `VaultUnavailable`. */
export interface KeyRows {
  /** Null for an erased subject; no entry for one that never had a key. */
  read(subjects: ReadonlyArray<string>): Promise<ReadonlyMap<string, Buffer | null>>;
  /** Leaves what is there: the first key of a subject stays its key. Durable when it resolves. */
  insertIfAbsent(subject: string, wrapped: Buffer): Promise<void>;
  /** When it resolves the wrapped bytes are in the store no more, and the tombstone is durable. */
  erase(subject: string): Promise<void>;
  close(): Promise<void>;
}

type Key = Buffer | null | undefined;

const erased = (subject: string): E.Either<SubjectErased, never> => E.left({ _tag: 'SubjectErased', subject });

const attempt = <F, A>(work: () => Promise<E.Either<F, A>>): TE.TaskEither<F | VaultUnavailable, A> =>
  pipe(
    TE.tryCatch(work, (cause): F | VaultUnavailable => ({
      _tag: 'VaultUnavailable',
      cause: cause instanceof Error ? cause.message : String(cause),
    })),
    TE.flatMapEither((answer) => answer),
  );

/** The vault over any `KeyRows`, with a bounded cache of unwrapped keys. */
export class KeyedVault extends Vault {
  private readonly keys: LRUCache<string, Buffer>;
  /** Counts what takes keys away: a key read before such a moment must not enter the cache after it. */
  private forgotten = 0;

  protected constructor(
    private readonly rows: KeyRows,
    private readonly keyring: Keyring,
    cachedKeys: number,
  ) {
    super();
    this.keys = new LRUCache({ max: cachedKeys });
  }

  ensureKey(subject: string): TE.TaskEither<VaultUnavailable | SubjectErased, void> {
    return attempt(async () => ((await this.keyFor(subject)) === null ? erased(subject) : E.right(undefined)));
  }

  seal(subject: string, data: Fields): TE.TaskEither<VaultUnavailable | SubjectErased, Sealed> {
    return attempt(async () => {
      const key = this.keys.get(subject) ?? (await this.keyFor(subject));
      return key === null ? erased(subject) : E.right(sealBox(key, subject, data));
    });
  }

  open(sealed: Sealed): TE.TaskEither<VaultUnavailable | CorruptBox, O.Option<Fields>> {
    return attempt(async () => {
      const key = this.keys.get(sealed.sealedFor) ?? (await this.read([sealed.sealedFor])).get(sealed.sealedFor);
      return opened(key, sealed);
    });
  }

  openMany(list: ReadonlyArray<Sealed>): TE.TaskEither<VaultUnavailable | CorruptBox, ReadonlyArray<O.Option<Fields>>> {
    return attempt(async () => {
      const keys = new Map<string, Key>(list.map(({ sealedFor }) => [sealedFor, this.keys.get(sealedFor)]));
      const unknown = [...keys.keys()].filter((subject) => keys.get(subject) === undefined);
      if (unknown.length > 0) (await this.read(unknown)).forEach((key, subject) => keys.set(subject, key));
      return E.traverseArray((sealed: Sealed) => opened(keys.get(sealed.sealedFor), sealed))(list);
    });
  }

  erase(subject: string): TE.TaskEither<VaultUnavailable, void> {
    return attempt(async () => {
      await this.rows.erase(subject);
      this.forgotten += 1;
      this.keys.delete(subject);
      return E.right(undefined);
    });
  }

  async close(): Promise<void> {
    await this.rows.close();
    this.forgotten += 1;
    this.keys.clear();
  }

  /** Null for an erased subject; made, and read back, when there is none: of two made at once the store keeps one. */
  private async keyFor(subject: string): Promise<Buffer | null> {
    const found = (await this.read([subject])).get(subject);
    if (found !== undefined) return found;
    await this.rows.insertIfAbsent(subject, wrapKey(this.keyring.wrapping, subject, newDataKey()));
    const kept = (await this.read([subject])).get(subject);
    if (kept === undefined) throw new Error(`the key of ${subject} was not kept`);
    return kept;
  }

  private async read(subjects: ReadonlyArray<string>): Promise<ReadonlyMap<string, Buffer | null>> {
    const before = this.forgotten;
    const rows = await this.rows.read(subjects);
    const keys = new Map<string, Buffer | null>();
    rows.forEach((wrapped, subject) => {
      const key = wrapped && unwrapKey(this.keyring.wrapping, subject, wrapped);
      keys.set(subject, key);
      if (key !== null && before === this.forgotten) this.keys.set(subject, key);
    });
    return keys;
  }
}

const opened = (key: Key, sealed: Sealed): E.Either<CorruptBox, O.Option<Fields>> => {
  if (key === null) return E.right(O.none);
  return key === undefined ? corrupt(sealed) : pipe(openBox(key, sealed), E.map(O.some));
};
