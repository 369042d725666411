import { follow, TodoList } from '#libs/read-models';
import type { Registration } from '../domain/account.js';
import { accountEvents } from '../domain/account.events.js';
import { emailEvents } from '../domain/email.events.js';

export interface UnfinishedRegistration {
  /** The HMAC that names the address. */
  readonly emailId: string;
  readonly registration: Registration;
}

/** Addresses that were reserved for accounts which have yet to be registered. */
export class UnfinishedRegistrations extends TodoList<UnfinishedRegistration> {
  readonly follows = [
    follow({ category: 'email', events: emailEvents }, ({ id: emailId, event }) => {
      const { accountId } = event.data;
      if (event.type === 'EmailReserved') this.add(accountId, { emailId, registration: event.data });
      else this.remove(accountId);
    }),
    follow({ category: 'account', events: accountEvents }, ({ id, event }) => {
      if (event.type === 'AccountRegistered') this.remove(id);
    }),
  ];
}
