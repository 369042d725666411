import * as t from 'io-ts';
import { AccountId, eventCodec, type EventOf, eventSchema, exact, Sealed } from '#libs/kernel';

/** Carries the whole of what was asked, so that whoever meets an unfinished registration can finish it. */
const registration = { accountId: AccountId, identity: t.string, provider: t.string, profile: Sealed };
const EmailReserved = eventSchema(exact(registration))
  // v2: a transfer reserves the new account's address, and the person may be the same one to their provider.
  .revised(exact({ ...registration, inPlaceOf: t.union([AccountId, t.null]) }), (v1) => ({ ...v1, inPlaceOf: null }));
const EmailReleased = eventSchema(exact({ accountId: AccountId }));
/** For good: a deleted account's address never signs up again (DEL-04). */
const EmailTombstoned = eventSchema(exact({ accountId: AccountId }));

/** Stream `email-<HMAC of the case-folded address>`: found by the address, and tells nobody what it is (AMB-32, AMB-36). */
export const emailEvents = eventCodec({ EmailReserved, EmailReleased, EmailTombstoned });
export type EmailEvent = EventOf<typeof emailEvents>;

const IdentityLinked = eventSchema(exact({ accountId: AccountId }));
/** To the account that took the former one's place. */
const IdentityPassedOn = eventSchema(exact({ accountId: AccountId }));

/** Stream `identity-<HMAC of provider and subject>`: one account for one person at one provider (ACC-03). */
export const identityEvents = eventCodec({ IdentityLinked, IdentityPassedOn });
export type IdentityEvent = EventOf<typeof identityEvents>;
