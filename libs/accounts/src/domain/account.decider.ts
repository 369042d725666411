import { type Aggregate, type Decision, E, type NotFound, notFound, type Sealed } from '#libs/kernel';
import { type AccountEvent, accountEvents } from './account.events.js';

export type AccountCommand =
  | { readonly type: 'RegisterAccount'; readonly provider: string; readonly profile: Sealed }
  | { readonly type: 'BlockAccount' }
  | { readonly type: 'UnblockAccount' };

type Account = 'none' | 'active' | 'blocked';

const decide = (command: AccountCommand, account: Account): Decision<NotFound, AccountEvent> => {
  if (command.type === 'RegisterAccount') {
    const { provider, profile } = command;
    // Its id was reserved with its email: whoever finds it registered finds it finished.
    return E.right(account === 'none' ? [{ type: 'AccountRegistered', data: { provider, profile } }] : []);
  }
  if (account === 'none') return E.left(notFound('account'));
  switch (command.type) {
    case 'BlockAccount':
      return E.right(account === 'blocked' ? [] : [{ type: 'AccountBlocked', data: {} }]);
    case 'UnblockAccount':
      return E.right(account === 'active' ? [] : [{ type: 'AccountUnblocked', data: {} }]);
  }
};

const evolve = (_: Account, { type }: AccountEvent): Account => {
  switch (type) {
    case 'AccountRegistered':
    case 'AccountUnblocked':
      return 'active';
    case 'AccountBlocked':
      return 'blocked';
  }
};

/** One person's account: bound for life to the provider it was made with (ACC-03), blocked and unblocked by the operator. */
export const account: Aggregate<AccountCommand, Account, AccountEvent, NotFound> = {
  category: 'account',
  events: accountEvents,
  initialState: 'none',
  decide,
  evolve,
};
