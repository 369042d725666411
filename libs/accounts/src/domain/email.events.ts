import * as t from 'io-ts';
import { AccountId, eventCodec, type EventOf, eventSchema, exact, Sealed } from '#libs/kernel';

/** Carries the whole of what was asked, so that whoever meets an unfinished registration can finish it. */
const EmailReserved = eventSchema(
  exact({ accountId: AccountId, identity: t.string, provider: t.string, profile: Sealed }),
);
const EmailReleased = eventSchema(exact({ accountId: AccountId }));
/** For good: a deleted account's address never signs up again (DEL-04). */
const EmailTombstoned = eventSchema(exact({ accountId: AccountId }));

/** Stream `email-<HMAC of the case-folded address>`: found by the address, and tells nobody what it is (AMB-32, AMB-36). */
export const emailEvents = eventCodec({ EmailReserved, EmailReleased, EmailTombstoned });
export type EmailEvent = EventOf<typeof emailEvents>;

const IdentityLinked = eventSchema(exact({ accountId: AccountId }));

/** Stream `identity-<HMAC of provider and subject>`: one account for one person at one provider (ACC-03). */
export const identityEvents = eventCodec({ IdentityLinked });
export type IdentityEvent = EventOf<typeof identityEvents>;
