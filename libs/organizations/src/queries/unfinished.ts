import { follow, TodoList } from '#libs/read-models';
import type { AccountId, InvitationId, OrganizationId } from '#libs/kernel';
import type { Founding } from '../domain/founding.js';
import { invitationEvents } from '../domain/invitation.events.js';
import { membershipEvents } from '../domain/membership.events.js';
import { organizationEvents } from '../domain/organization.events.js';

export interface UnfinishedFounding {
  readonly ownerId: AccountId;
  readonly founding: Founding;
}

/** Homes that were founded, and whose organization has yet to be there. */
export class UnfinishedFoundings extends TodoList<UnfinishedFounding> {
  readonly follows = [
    follow({ category: 'membership', events: membershipEvents }, ({ id, event }) => {
      if (event.type !== 'OwnerAssigned') return;
      this.add(event.data.organizationId, { ownerId: id as AccountId, founding: event.data });
    }),
    follow({ category: 'organization', events: organizationEvents }, ({ id, event }) => {
      if (event.type === 'OrganizationCreated') this.remove(id);
    }),
  ];
}

export interface UnfinishedJoin {
  readonly organizationId: OrganizationId;
  readonly invitationId: InvitationId;
  readonly accountId: AccountId;
}

/** Invitations that were accepted, and whose membership has yet to begin. */
export class UnfinishedJoins extends TodoList<UnfinishedJoin> {
  readonly follows = [
    follow({ category: 'invitation', events: invitationEvents }, ({ event: { type, data } }) => {
      if (type === 'InvitationAccepted') this.add(data.invitationId, data);
      else this.remove(data.invitationId);
    }),
    follow({ category: 'membership', events: membershipEvents }, ({ event }) => {
      if (event.type === 'MemberJoined') this.remove(event.data.invitationId);
    }),
  ];
}

export interface UnfinishedHandover {
  readonly organizationId: OrganizationId;
}

/** Organizations that changed hands, and whose former owner's membership has yet to say so. */
export class UnfinishedHandovers extends TodoList<UnfinishedHandover> {
  readonly follows = [
    follow({ category: 'organization', events: organizationEvents }, ({ id, event }) => {
      if (event.type === 'OwnershipTransferred') this.add(id, { organizationId: id as OrganizationId });
    }),
    follow({ category: 'membership', events: membershipEvents }, ({ event }) => {
      if (event.type === 'OwnershipGivenUp') this.remove(event.data.organizationId);
    }),
  ];
}
