import type { TrailIndex } from '#libs/audit';
import type { EventStore } from '#libs/event-store';
import type { UseStore } from '#libs/key-uses';
import type { Keyring, Vault } from '#libs/vault';

/** What the engine stands on: all that lies outside this process, and whether it has that for itself. */
export interface Foundation {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly uses: UseStore;
  /** Of this node alone, and disposable. */
  readonly trail: TrailIndex;
  readonly operatorToken: string;
  /** No other process serves this log. */
  readonly alone: boolean;
}
