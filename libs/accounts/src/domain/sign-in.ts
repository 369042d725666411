import { type Decision, E } from '#libs/kernel';
import type { Account } from './account.js';
import type { AccountEvent } from './account.events.js';

export interface SignIn {
  readonly type: 'SignIn';
  readonly provider: string;
  /** The HMAC of provider and subject. */
  readonly identity: string;
  /** How the account was found. An email names the account, and proves nothing about who signs in. */
  readonly foundBy: 'identity' | 'email';
  /** The provider itself vouches for the email: a signed token says that it is verified. */
  readonly vouched: boolean;
}

export type SignInFailure =
  | { readonly _tag: 'AccountBlocked' }
  | { readonly _tag: 'SignInMethodMismatch' }
  | { readonly _tag: 'ProviderRetired' };

/** Nobody signs in through it any more; whoever did, may come by another provider with the same email (ACC-05). */
export const retiredProvider = 'linkedin';
const inItsPlace: ReadonlySet<string> = new Set(['google', 'github']);

/**
 * ACC-03…05: through the provider that the account is bound to, as the person it was first seen as there. An account that
 * nobody has signed in to yet is bound by the first token whose issuer vouches for its email.
 */
export const decideSignIn = (
  { provider, identity, foundBy, vouched }: SignIn,
  account: Account,
): Decision<SignInFailure, AccountEvent> => {
  if (account.status === 'blocked') return E.left({ _tag: 'AccountBlocked' });
  const succeeded: AccountEvent = { type: 'SignInSucceeded', data: { provider, identity } };
  if (account.provider === retiredProvider) {
    if (provider === retiredProvider) return E.left({ _tag: 'ProviderRetired' });
    return inItsPlace.has(provider)
      ? E.right([{ type: 'SignInProviderRelinked', data: { provider, identity } }, succeeded])
      : E.left({ _tag: 'SignInMethodMismatch' });
  }
  const isFirst = account.identity === null && account.provider === provider;
  const isTheirs = account.identity === identity || (isFirst && (foundBy === 'identity' || vouched));
  return isTheirs ? E.right([succeeded]) : E.left({ _tag: 'SignInMethodMismatch' });
};
