import { type AccountId, type Aggregate, type Decision, E, type NotFound, notFound, type Sealed } from '#libs/kernel';
import type { Account, Registration } from './account.js';
import { type AccountEvent, accountEvents } from './account.events.js';
import { decideSignIn, type SignIn, type SignInFailure } from './sign-in.js';

export type AccountCommand =
  | { readonly type: 'RegisterAccount'; readonly provider: string; readonly profile: Sealed }
  | SignIn
  | { readonly type: 'RejectSignIn'; readonly provider: string }
  | { readonly type: 'BlockAccount' }
  | { readonly type: 'UnblockAccount' }
  /** `email`: the HMAC that names the new address. */
  | { readonly type: 'TransferAccount'; readonly email: string; readonly registration: Registration }
  | { readonly type: 'UndoTransfer'; readonly to: AccountId }
  | { readonly type: 'TakeOverAccount'; readonly from: AccountId }
  | { readonly type: 'DeleteAccount'; readonly email: string };

export type AccountFailure =
  | NotFound
  | SignInFailure
  /** It came to its end by a transfer, and stays blocked (DEL-11). */
  | { readonly _tag: 'AccountTransferred' };

type State = Account | null;

const decideLife = (
  command: Exclude<AccountCommand, { type: 'RegisterAccount' }>,
  account: Account,
): Decision<AccountFailure, AccountEvent> => {
  const { status, transferred } = account;
  switch (command.type) {
    case 'SignIn':
      return decideSignIn(command, account);
    case 'RejectSignIn':
      return E.right([{ type: 'SignInRejected', data: { provider: command.provider } }]);
    case 'BlockAccount':
      return E.right(status === 'blocked' ? [] : [{ type: 'AccountBlocked', data: {} }]);
    case 'UnblockAccount':
      if (transferred !== null) return E.left({ _tag: 'AccountTransferred' });
      return E.right(status === 'active' ? [] : [{ type: 'AccountUnblocked', data: {} }]);
    case 'TransferAccount': {
      const { email, registration } = command;
      const { accountId: to, inPlaceOf: _, ...asked } = registration;
      if (transferred !== null) return E.left({ _tag: 'AccountTransferred' });
      const blocked: ReadonlyArray<AccountEvent> = status === 'blocked' ? [] : [{ type: 'AccountBlocked', data: {} }];
      return E.right([{ type: 'AccountTransferred', data: { to, email, ...asked } }, ...blocked]);
    }
    case 'UndoTransfer': {
      const { to } = command;
      if (transferred?.to !== to) return E.right([]);
      const unblocked: ReadonlyArray<AccountEvent> = transferred.wasBlocked
        ? []
        : [{ type: 'AccountUnblocked', data: {} }];
      return E.right([{ type: 'AccountTransferUndone', data: { to } }, ...unblocked]);
    }
    case 'TakeOverAccount':
      return E.right([{ type: 'AccountTakenOver', data: { from: command.from } }]);
    case 'DeleteAccount':
      return E.right([{ type: 'AccountDeleted', data: { email: command.email } }]);
  }
};

const decide = (command: AccountCommand, account: State): Decision<AccountFailure, AccountEvent> => {
  if (command.type === 'RegisterAccount') {
    const { provider, profile } = command;
    // Its id was reserved with its email: whoever finds it registered finds it finished.
    return E.right(account === null ? [{ type: 'AccountRegistered', data: { provider, profile } }] : []);
  }
  if (account === null) return E.left(notFound('account'));
  // A deletion cannot be undone (DEL-03): nothing befalls the account any more.
  if (account.status === 'deleted') return command.type === 'DeleteAccount' ? E.right([]) : E.left(notFound('account'));
  return decideLife(command, account);
};

const evolve = (account: State, event: AccountEvent): State => {
  if (event.type === 'AccountRegistered')
    return { status: 'active', ...event.data, identity: null, transferred: null, tookOver: null };
  if (account === null) return account;
  switch (event.type) {
    case 'AccountBlocked':
      return { ...account, status: 'blocked' };
    case 'AccountUnblocked':
      return { ...account, status: 'active' };
    case 'SignInSucceeded':
    case 'SignInProviderRelinked':
      return { ...account, provider: event.data.provider, identity: event.data.identity };
    case 'SignInRejected':
      return account;
    case 'AccountTakenOver':
      return { ...account, tookOver: event.data.from };
    case 'AccountTransferUndone':
      return { ...account, transferred: null };
    case 'AccountTransferred':
      return { ...account, transferred: { to: event.data.to, wasBlocked: account.status === 'blocked' } };
    case 'AccountDeleted':
      return { ...account, status: 'deleted' };
  }
};

/** One person's account: bound for life to the provider it was made with (ACC-03), blocked and unblocked by the operator. */
export const account: Aggregate<AccountCommand, State, AccountEvent, AccountFailure> = {
  category: 'account',
  events: accountEvents,
  initialState: null,
  decide,
  evolve,
};
