import type { AccountId, Projection, Sealed, Timestamp } from '#libs/kernel';
import { type AccountEvent, accountEvents } from '../domain/account.events.js';

/** An account without what is personal about it: `profile` opens while the vault holds the person's key. */
export interface AccountDocument {
  readonly id: AccountId;
  readonly provider: string;
  readonly profile: Sealed;
  readonly status: 'active' | 'blocked' | 'deleted';
  /** The HMAC of the person at their provider, once they have been seen there; null before. */
  readonly identity: string | null;
  readonly createdAt: Timestamp;
  readonly changed: bigint;
}

export const accounts: Projection<AccountDocument, AccountEvent> & { readonly events: typeof accountEvents } = {
  category: 'account',
  events: accountEvents,
  project: (doc, { id, at, position: changed, event }) => {
    switch (event.type) {
      case 'AccountRegistered':
        return { id: id as AccountId, ...event.data, status: 'active', identity: null, createdAt: at, changed };
      case 'AccountBlocked':
        return doc && { ...doc, status: 'blocked', changed };
      case 'AccountUnblocked':
        return doc && { ...doc, status: 'active', changed };
      case 'SignInSucceeded':
      case 'SignInProviderRelinked':
        return doc && { ...doc, provider: event.data.provider, identity: event.data.identity, changed };
      case 'SignInRejected':
      case 'AccountTransferred':
      case 'AccountTransferUndone':
      case 'AccountTakenOver':
        return doc && { ...doc, changed };
      case 'AccountDeleted':
        return doc && { ...doc, status: 'deleted', changed };
    }
  },
};
