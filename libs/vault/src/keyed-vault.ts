import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { E, O, pipe, type Sealed, type TE } from '#libs/kernel';
import { corrupt, newDataKey, openBox, sealBox, unwrapKey, wrapKey } from './box.js';
import type { KeyRows } from './key-rows.js';
import type { Keyring } from './keyring.js';
import {
  type CorruptBox,
  type Fields,
  type SubjectErased,
  Vault,
  type VaultRow,
  type VaultUnavailable,
} from './vault.js';

type Key = Buffer | null | undefined;

/** No person's or invitation's id has a colon, so that a secret is never taken for a key of theirs. */
const heldAs = (name: string): string => `secret:${name}`;

const isSame = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);

const isSameRow = (kept: Buffer | null | undefined, given: Buffer | null): boolean =>
  kept === null || given === null ? kept === given : kept?.equals(given) === true;

const erased = (subject: string): E.Either<SubjectErased, never> => E.left({ _tag: 'SubjectErased', subject });

/** Begins when it is called, and not a moment later: what comes before `close` is done before it. */
const attempt =
  <F, A>(work: () => Promise<E.Either<F, A>>): TE.TaskEither<F | VaultUnavailable, A> =>
  async () => {
    try {
      return await work();
    } catch (cause) {
      return E.left({ _tag: 'VaultUnavailable', cause: cause instanceof Error ? cause.message : String(cause) });
    }
  };

/** The vault over any `KeyRows`, with a bounded cache of unwrapped keys. */
export class KeyedVault extends Vault {
  private readonly keys: LRUCache<string, Buffer>;
  /** Counts what takes keys away: a key read before such a moment must not enter the cache after it. */
  private forgotten = 0;

  protected constructor(
    private readonly store: KeyRows,
    private readonly keyring: Keyring,
    cachedKeys: number,
  ) {
    super();
    this.keys = new LRUCache({ maxSize: cachedKeys, sizeCalculation: () => 1 });
    store.elsewhere?.follow((subject) => this.forget(subject));
  }

  ensureKey(subject: string): TE.TaskEither<VaultUnavailable | SubjectErased, void> {
    return attempt(async () => ((await this.keyFor(subject)) === null ? erased(subject) : E.right(undefined)));
  }

  seal(subject: string, data: Fields): TE.TaskEither<VaultUnavailable | SubjectErased, Sealed> {
    return attempt(async () => {
      const key = this.cached(subject) ?? (await this.keyFor(subject));
      return key === null ? erased(subject) : E.right(sealBox(key, subject, data));
    });
  }

  open(sealed: Sealed): TE.TaskEither<VaultUnavailable | CorruptBox, O.Option<Fields>> {
    return attempt(async () => {
      const key = this.cached(sealed.sealedFor) ?? (await this.read([sealed.sealedFor])).get(sealed.sealedFor);
      return opened(key, sealed);
    });
  }

  openMany(list: ReadonlyArray<Sealed>): TE.TaskEither<VaultUnavailable | CorruptBox, ReadonlyArray<O.Option<Fields>>> {
    return attempt(async () => {
      const keys = new Map<string, Key>(list.map(({ sealedFor }) => [sealedFor, this.cached(sealedFor)]));
      const unknown = [...keys.keys()].filter((subject) => keys.get(subject) === undefined);
      if (unknown.length > 0) (await this.read(unknown)).forEach((key, subject) => keys.set(subject, key));
      return E.traverseArray((sealed: Sealed) => opened(keys.get(sealed.sealedFor), sealed))(list);
    });
  }

  erase(subject: string): TE.TaskEither<VaultUnavailable, void> {
    return attempt(async () => {
      try {
        await this.store.erase(subject);
      } finally {
        // Where it fails, nobody knows whether it was done.
        this.forget(subject);
      }
      return E.right(undefined);
    });
  }

  erasedAmong(subjects: ReadonlyArray<string>): TE.TaskEither<VaultUnavailable, ReadonlyArray<string>> {
    return attempt(async () => {
      const rows = await this.store.read(subjects);
      return E.right(subjects.filter((subject) => rows.get(subject) === null));
    });
  }

  hold(name: string, secret: string): TE.TaskEither<VaultUnavailable, boolean> {
    const row = heldAs(name);
    return attempt(async () => {
      await this.store.insertIfAbsent(row, wrapKey(this.keyring.wrapping, row, Buffer.from(secret, 'utf8')));
      const held = await this.held(row);
      return E.right(held !== undefined && isSame(held, Buffer.from(secret, 'utf8')));
    });
  }

  recall(name: string): TE.TaskEither<VaultUnavailable, O.Option<string>> {
    return attempt(async () => {
      const held = await this.held(heldAs(name));
      return E.right(held === undefined ? O.none : O.some(held.toString('utf8')));
    });
  }

  drop(name: string): TE.TaskEither<VaultUnavailable, void> {
    return attempt(async () => {
      await this.store.erase(heldAs(name));
      return E.right(undefined);
    });
  }

  rows(after: string | null, limit: number): TE.TaskEither<VaultUnavailable, ReadonlyArray<VaultRow>> {
    return attempt(async () => E.right(await this.store.list(after, limit)));
  }

  restore(rows: ReadonlyArray<VaultRow>): TE.TaskEither<VaultUnavailable, boolean> {
    return attempt(async () => {
      await this.store.insertAll(rows);
      const kept = await this.store.read(rows.map(({ subject }) => subject));
      return E.right(rows.every(({ subject, wrapped }) => isSameRow(kept.get(subject), wrapped)));
    });
  }

  async close(): Promise<void> {
    await this.store.close();
    this.forget();
  }

  /** Read each time, and never kept in memory. */
  private async held(row: string): Promise<Buffer | undefined> {
    const wrapped = (await this.store.read([row])).get(row);
    return wrapped == null ? undefined : unwrapKey(this.keyring.wrapping, row, wrapped);
  }

  private cached(subject: string): Buffer | undefined {
    return this.store.elsewhere?.inTouch() === false ? undefined : this.keys.get(subject);
  }

  private forget(subject?: string): void {
    this.forgotten += 1;
    if (subject === undefined) this.keys.clear();
    else this.keys.delete(subject);
  }

  /** Null for an erased subject; made, and read back, when there is none: of two made at once the store keeps one. */
  private async keyFor(subject: string): Promise<Buffer | null> {
    const found = (await this.read([subject])).get(subject);
    if (found !== undefined) return found;
    await this.store.insertIfAbsent(subject, wrapKey(this.keyring.wrapping, subject, newDataKey()));
    const kept = (await this.read([subject])).get(subject);
    if (kept === undefined) throw new Error(`the key of ${subject} was not kept`);
    return kept;
  }

  private async read(subjects: ReadonlyArray<string>): Promise<ReadonlyMap<string, Buffer | null>> {
    const before = this.forgotten;
    const rows = await this.store.read(subjects);
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
