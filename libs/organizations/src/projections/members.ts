import type { AccountId, OrganizationId, OrganizationRole, Projection, Timestamp } from '#libs/kernel';
import { type MembershipEvent, membershipEvents } from '../domain/membership.events.js';

export interface MemberDocument {
  readonly accountId: AccountId;
  readonly organizationId: OrganizationId;
  readonly role: OrganizationRole;
  readonly joinedAt: Timestamp;
  readonly changed: bigint;
}

export const members: Projection<MemberDocument, MembershipEvent> & { readonly events: typeof membershipEvents } = {
  category: 'membership',
  events: membershipEvents,
  project: (doc, { id, at, position: changed, event }) => {
    if (event.type === 'MembershipClosed') return doc;
    const { organizationId } = event.data;
    const joined = { accountId: id as AccountId, organizationId, joinedAt: at, changed };
    switch (event.type) {
      case 'OwnerAssigned':
        return { ...joined, role: 'owner' };
      case 'MemberProvisioned':
      case 'MemberJoined':
      case 'MembershipTakenOver':
        return { ...joined, role: event.data.role };
      case 'MemberRoleChanged':
        return doc && { ...doc, role: event.data.role, changed };
      case 'OwnershipReceived':
      case 'OwnershipGivenUp':
        return doc && { ...doc, role: event.type === 'OwnershipReceived' ? 'owner' : 'admin', changed };
      case 'MemberRemoved':
      case 'MembershipPassedOn':
        return undefined;
    }
  },
};
