import type { TransactFailure } from '#libs/event-store';
import { type Digest, E, O, pipe, TE } from '#libs/kernel';
import type { Vault, VaultUnavailable } from '#libs/vault';
import type { LegacyKeyState } from '../domain/legacy-key.decider.js';

/** Each by itself: whoever is second of two at once writes over nothing. */
const heldAs = (digest: Digest): string => `legacy-key/${digest}`;

/** How many former secrets are looked for: what a few regenerations could not drop, the next one does. */
const LATEST = 8;

/** What the vault holds of legacy keys: of each, in the end, the secret that it has now and no other. */
export class LegacySecrets {
  constructor(private readonly vault: Vault) {}

  /** Before it is in the log: what the log knows can be shown. */
  hold({
    secret,
    digest,
  }: {
    readonly secret: string;
    readonly digest: Digest;
  }): TE.TaskEither<VaultUnavailable, true> {
    return pipe(
      this.vault.hold(heldAs(digest), secret),
      TE.map(() => true as const),
    );
  }

  recall(digest: Digest): TE.TaskEither<VaultUnavailable, O.Option<string>> {
    return this.vault.recall(heldAs(digest));
  }

  /** Drops what the key had before, and the secret that was made for a command which came to nothing. What cannot be dropped now is by the next one. */
  async tidy(
    made: Digest,
    done: E.Either<{ readonly _tag: string }, { readonly state: LegacyKeyState | null }>,
  ): Promise<void> {
    // It may be in the log all the same, and then it is the key's.
    const unknown: TransactFailure['_tag'] = 'StoreUnavailable';
    if (E.isLeft(done) && done.left._tag === unknown) return;
    const state = E.isRight(done) ? done.right.state : null;
    const former = [...(state?.former.slice(-LATEST) ?? []), made].filter((digest) => digest !== state?.digest);
    for (const digest of former) {
      const held = await this.recall(digest)();
      if (E.isRight(held) && O.isSome(held.right)) await this.vault.drop(heldAs(digest))();
    }
  }
}
