import * as t from 'io-ts';
import { eventCodec, type EventOf, eventSchema, exact, OrganizationId, ProjectId, Role } from '#libs/kernel';

/** Carries the whole of what was asked, so that whoever meets an unfinished founding can finish it. */
const OwnerAssigned = eventSchema(
  exact({ organizationId: OrganizationId, organizationName: t.string, defaultProjectId: ProjectId }),
);
const MemberProvisioned = eventSchema(exact({ organizationId: OrganizationId, role: Role }));
const MemberRoleChanged = eventSchema(exact({ organizationId: OrganizationId, role: Role }));
const MemberRemoved = eventSchema(exact({ organizationId: OrganizationId }));

/**
 * Stream `membership-<accountId>`. One stream per person, so that one home organization per person (AMB-34) needs
 * no other mechanism, and the members of one organization never queue behind each other.
 */
export const membershipEvents = eventCodec({ OwnerAssigned, MemberProvisioned, MemberRoleChanged, MemberRemoved });
export type MembershipEvent = EventOf<typeof membershipEvents>;
