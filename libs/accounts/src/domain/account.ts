import type { AccountId, Sealed } from '#libs/kernel';

/** Who a person is at their provider, with what is personal about them sealed: all that a registration needs. */
export interface Registration {
  readonly accountId: AccountId;
  /** The HMAC of provider and subject. */
  readonly identity: string;
  readonly provider: string;
  readonly profile: Sealed;
  /** The account of the same person that this one is to replace: their identity at the provider may be the same (DEL-09). */
  readonly inPlaceOf: AccountId | null;
}

/** An account as its own stream has it. */
export interface Account {
  readonly status: 'active' | 'blocked' | 'deleted';
  readonly provider: string;
  /** The HMAC of the person at their provider, once they have been seen there; null before. */
  readonly identity: string | null;
  readonly profile: Sealed;
  /** What it was before, too: for a transfer that comes to nothing. */
  readonly transferred: { readonly to: AccountId; readonly wasBlocked: boolean } | null;
  /** The account of the same person that this one replaced: erased with it. */
  readonly tookOver: AccountId | null;
}
