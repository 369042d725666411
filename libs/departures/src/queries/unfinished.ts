import { accountEvents, emailEvents } from '#libs/accounts/events';
import type { AccountId } from '#libs/kernel';
import { membershipEvents } from '#libs/organizations/events';
import { follow, TodoList } from '#libs/read-models';
import type { Transfer } from '../commands/take-over.js';

export interface UnfinishedDeletion {
  readonly accountId: AccountId;
  /** The HMAC of the address; null while the account's own event has yet to be written. */
  readonly email: string | null;
}

/** Accounts whose deletion has begun, and whose address has yet to be tombstoned: the last thing to be done. */
export class UnfinishedDeletions extends TodoList<UnfinishedDeletion> {
  readonly follows = [
    follow({ category: 'membership', events: membershipEvents }, ({ id, event }) => {
      if (
        event.type === 'MembershipClosed' ||
        (event.type === 'MemberRemoved' && event.data.because === 'account-deleted')
      )
        this.add(id, { accountId: id as AccountId, email: null });
    }),
    follow({ category: 'account', events: accountEvents }, ({ id, event }) => {
      if (event.type === 'AccountDeleted') this.add(id, { accountId: id as AccountId, email: event.data.email });
    }),
    follow({ category: 'email', events: emailEvents }, ({ event }) => {
      if (event.type === 'EmailTombstoned') this.remove(event.data.accountId);
    }),
  ];

  /** Someone whom the vault has erased, and the log has not. */
  found(accountId: AccountId): void {
    if (this.get(accountId) === undefined) this.add(accountId, { accountId, email: null });
  }
}

/** Accounts that were transferred, and whose new account has yet to say that everything is its own. */
export class UnfinishedTransfers extends TodoList<Transfer> {
  readonly follows = [
    follow({ category: 'account', events: accountEvents }, ({ id, event }) => {
      if (event.type === 'AccountTransferred') {
        const { to: accountId, email, ...rest } = event.data;
        this.add(id, {
          from: id as AccountId,
          email,
          registration: { accountId, ...rest, inPlaceOf: id as AccountId },
        });
      }
      if (event.type === 'AccountTransferUndone') this.remove(id);
      if (event.type === 'AccountTakenOver') this.remove(event.data.from);
    }),
  ];
}
