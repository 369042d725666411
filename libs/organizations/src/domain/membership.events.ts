import * as t from 'io-ts';
import {
  AccountId,
  eventCodec,
  type EventOf,
  eventSchema,
  exact,
  InvitationId,
  MembershipEnd,
  OrganizationId,
  OrganizationRole,
  ProjectId,
  Role,
} from '#libs/kernel';

const where = { organizationId: OrganizationId };

/** Carries the whole of what was asked, so that whoever meets an unfinished founding can finish it. */
const OwnerAssigned = eventSchema(exact({ ...where, organizationName: t.string, defaultProjectId: ProjectId }));
const MemberProvisioned = eventSchema(exact({ ...where, role: Role }));
const MemberJoined = eventSchema(exact({ ...where, role: Role, invitationId: InvitationId }));
const MemberRoleChanged = eventSchema(exact({ ...where, role: Role }));
const MemberRemoved = eventSchema(exact(where))
  // v2: says why it ended. Before, admins and identity providers removed alike.
  .revised(exact({ ...where, because: MembershipEnd }), (v1) => ({ ...v1, because: 'removed' as const }));

/** The two halves of a transfer of ownership: the new owner's, and the former one's, who stays as an admin (AMB-33). */
const OwnershipReceived = eventSchema(exact(where));
const OwnershipGivenUp = eventSchema(exact(where));

/** The two halves of a change of email: the old account's membership ends, and goes on as the new account's (DEL-09). */
const MembershipPassedOn = eventSchema(exact({ ...where, to: AccountId }));
const MembershipTakenOver = eventSchema(exact({ ...where, role: OrganizationRole, from: AccountId }));

/** Of a person at home nowhere whose account is being deleted; of one who is, `MemberRemoved` says as much. */
const MembershipClosed = eventSchema(exact({}));

/**
 * Stream `membership-<accountId>`. One stream per person, so that one home organization per person (AMB-34) needs
 * no other mechanism, and the members of one organization never queue behind each other.
 */
export const membershipEvents = eventCodec({
  OwnerAssigned,
  MemberProvisioned,
  MemberJoined,
  MemberRoleChanged,
  MemberRemoved,
  OwnershipReceived,
  OwnershipGivenUp,
  MembershipPassedOn,
  MembershipTakenOver,
  MembershipClosed,
});
export type MembershipEvent = EventOf<typeof membershipEvents>;
