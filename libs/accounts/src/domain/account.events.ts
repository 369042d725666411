import * as t from 'io-ts';
import { AccountId, eventCodec, type EventOf, eventSchema, exact, Sealed } from '#libs/kernel';

/** `profile` seals the email, the name and the provider's subject under the person's own key. */
const AccountRegistered = eventSchema(exact({ provider: t.string, profile: Sealed }));
const AccountBlocked = eventSchema(exact({}));
const AccountUnblocked = eventSchema(exact({}));

/** `identity`: the HMAC that names the person at their provider. The first one binds the account to it. */
const SignInSucceeded = eventSchema(exact({ provider: t.string, identity: t.string }));
const SignInRejected = eventSchema(exact({ provider: t.string }));
const SignInProviderRelinked = eventSchema(exact({ provider: t.string, identity: t.string }));

/** Carries the whole of what was asked, so that whoever meets an unfinished transfer can finish it. */
const AccountTransferred = eventSchema(
  exact({ to: AccountId, email: t.string, identity: t.string, provider: t.string, profile: Sealed }),
);
/** The new address went to somebody else meanwhile. */
const AccountTransferUndone = eventSchema(exact({ to: AccountId }));
/** The end of a transfer, in the new account's stream: everything of the old one's is its own. */
const AccountTakenOver = eventSchema(exact({ from: AccountId }));
/** `email`: the HMAC that names the address, so that whoever meets an unfinished deletion can finish it (DEL-04). */
const AccountDeleted = eventSchema(exact({ email: t.string }));

/** Stream `account-<accountId>`. */
export const accountEvents = eventCodec({
  AccountRegistered,
  AccountBlocked,
  AccountUnblocked,
  SignInSucceeded,
  SignInRejected,
  SignInProviderRelinked,
  AccountTransferred,
  AccountTransferUndone,
  AccountTakenOver,
  AccountDeleted,
});
export type AccountEvent = EventOf<typeof accountEvents>;
