import * as t from 'io-ts';
import { eventCodec, type EventOf, eventSchema, exact, Sealed } from '#libs/kernel';

/** `profile` seals the email, the name and the provider's subject under the person's own key. */
const AccountRegistered = eventSchema(exact({ provider: t.string, profile: Sealed }));
const AccountBlocked = eventSchema(exact({}));
const AccountUnblocked = eventSchema(exact({}));

/** Stream `account-<accountId>`. */
export const accountEvents = eventCodec({ AccountRegistered, AccountBlocked, AccountUnblocked });
export type AccountEvent = EventOf<typeof accountEvents>;
