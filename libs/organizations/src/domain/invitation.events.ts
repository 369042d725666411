import * as t from 'io-ts';
import {
  AccountId,
  eventCodec,
  type EventOf,
  eventSchema,
  exact,
  InvitationId,
  OrganizationId,
  Sealed,
  Timestamp,
} from '#libs/kernel';

const which = { organizationId: OrganizationId, invitationId: InvitationId };

/**
 * `email` is the HMAC that names the address, wherever it was invited to; `address` seals the address itself under a key
 * of the invitation's own, since there may be no person yet.
 */
const MemberInvited = eventSchema(exact({ ...which, email: t.string, address: Sealed, expiresAt: Timestamp }));
const InvitationSuperseded = eventSchema(exact(which));
const InvitationRevoked = eventSchema(exact(which));
const InvitationAccepted = eventSchema(exact({ ...which, accountId: AccountId }));
/** It was accepted by someone who came to be at home elsewhere before they had joined: it is pending again. */
const InvitationReopened = eventSchema(exact(which));

/**
 * Stream `invitation-<organizationId>.<HMAC of organization and address>`: all that one organization ever sent to one
 * address, so that of two invitations one is the last (AMB-30).
 */
export const invitationEvents = eventCodec({
  MemberInvited,
  InvitationSuperseded,
  InvitationRevoked,
  InvitationAccepted,
  InvitationReopened,
});
export type InvitationEvent = EventOf<typeof invitationEvents>;
