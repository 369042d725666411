import {
  type AccountId,
  type Aggregate,
  type Decision,
  E,
  type InvitationId,
  type MembershipEnd,
  type MembershipMethod,
  type NotFound,
  notFound,
  type OrganizationId,
  type OrganizationRole,
  type ProjectId,
  type Role,
} from '#libs/kernel';
import { type MembershipEvent, membershipEvents } from './membership.events.js';

/** All that is needed to found an organization, or to finish founding it. */
export interface Founding {
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  readonly defaultProjectId: ProjectId;
}

export type MembershipCommand =
  | { readonly type: 'FoundOrganization'; readonly founding: Founding }
  | { readonly type: 'ProvisionMember'; readonly organizationId: OrganizationId; readonly method: MembershipMethod }
  | { readonly type: 'ChangeMemberRole'; readonly organizationId: OrganizationId; readonly role: Role }
  | { readonly type: 'RemoveMember'; readonly organizationId: OrganizationId; readonly because: MembershipEnd }
  | { readonly type: 'JoinByInvitation'; readonly organizationId: OrganizationId; readonly invitationId: InvitationId }
  | { readonly type: 'ReceiveOwnership'; readonly organizationId: OrganizationId }
  | { readonly type: 'GiveUpOwnership'; readonly organizationId: OrganizationId }
  | { readonly type: 'PassOnMembership'; readonly to: AccountId }
  | {
      readonly type: 'TakeOverMembership';
      readonly organizationId: OrganizationId;
      readonly role: OrganizationRole;
      readonly from: AccountId;
    };

export type MembershipFailure =
  | { readonly _tag: 'AlreadyMember' }
  | { readonly _tag: 'MemberElsewhere' }
  | { readonly _tag: 'MembershipMethod'; readonly method: MembershipMethod }
  | NotFound
  | { readonly _tag: 'OwnerUntouchable' };

export type Membership = {
  readonly organizationId: OrganizationId;
  readonly role: OrganizationRole;
  /** What a founder asked for; null for whoever joined. */
  readonly founding: Founding | null;
} | null;

const alreadyAt = (held: NonNullable<Membership>, organizationId: OrganizationId): MembershipFailure => ({
  _tag: held.organizationId === organizationId ? 'AlreadyMember' : 'MemberElsewhere',
});

const decide = (command: MembershipCommand, held: Membership): Decision<MembershipFailure, MembershipEvent> => {
  switch (command.type) {
    case 'FoundOrganization': {
      const { founding } = command;
      if (held !== null) return E.left(alreadyAt(held, founding.organizationId));
      return E.right([{ type: 'OwnerAssigned', data: founding }]);
    }
    case 'ProvisionMember': {
      const { organizationId, method } = command;
      if (method !== 'sso') return E.left({ _tag: 'MembershipMethod', method });
      if (held !== null) return E.left(alreadyAt(held, organizationId));
      return E.right([{ type: 'MemberProvisioned', data: { organizationId, role: 'member' } }]);
    }
    case 'ChangeMemberRole': {
      const { organizationId, role } = command;
      if (held?.organizationId !== organizationId) return E.left(notFound('member'));
      if (held.role === 'owner') return E.left({ _tag: 'OwnerUntouchable' });
      return E.right(held.role === role ? [] : [{ type: 'MemberRoleChanged', data: { organizationId, role } }]);
    }
    case 'RemoveMember': {
      const { organizationId } = command;
      if (held?.organizationId !== organizationId) return E.left(notFound('member'));
      if (held.role === 'owner') return E.left({ _tag: 'OwnerUntouchable' });
      return E.right([{ type: 'MemberRemoved', data: { organizationId, because: command.because } }]);
    }
    case 'JoinByInvitation': {
      const { organizationId, invitationId } = command;
      if (held !== null) return E.left(alreadyAt(held, organizationId));
      // AMB-31: an invitee is a member, whom an admin may make an admin afterwards.
      return E.right([{ type: 'MemberJoined', data: { organizationId, role: 'member', invitationId } }]);
    }
    case 'ReceiveOwnership': {
      const { organizationId } = command;
      if (held?.organizationId !== organizationId) return E.left(notFound('member'));
      return E.right(held.role === 'owner' ? [] : [{ type: 'OwnershipReceived', data: { organizationId } }]);
    }
    case 'GiveUpOwnership': {
      const { organizationId } = command;
      const isOwner = held?.organizationId === organizationId && held.role === 'owner';
      return E.right(isOwner ? [{ type: 'OwnershipGivenUp', data: { organizationId } }] : []);
    }
    case 'PassOnMembership': {
      if (held === null) return E.right([]);
      return E.right([{ type: 'MembershipPassedOn', data: { organizationId: held.organizationId, to: command.to } }]);
    }
    case 'TakeOverMembership': {
      const { organizationId, role, from } = command;
      if (held !== null) return E.left(alreadyAt(held, organizationId));
      return E.right([{ type: 'MembershipTakenOver', data: { organizationId, role, from } }]);
    }
  }
};

const evolve = (held: Membership, event: MembershipEvent): Membership => {
  switch (event.type) {
    case 'OwnerAssigned':
      return { organizationId: event.data.organizationId, role: 'owner', founding: event.data };
    case 'MemberProvisioned':
    case 'MemberJoined':
    case 'MemberRoleChanged':
    case 'MembershipTakenOver': {
      const { organizationId, role } = event.data;
      return { organizationId, role, founding: null };
    }
    case 'OwnershipReceived':
    case 'OwnershipGivenUp':
      return held && { ...held, role: event.type === 'OwnershipReceived' ? 'owner' : 'admin', founding: null };
    case 'MemberRemoved':
    case 'MembershipPassedOn':
      return null;
  }
};

/** Where one person is at home, and as what. */
export const membership: Aggregate<MembershipCommand, Membership, MembershipEvent, MembershipFailure> = {
  category: 'membership',
  events: membershipEvents,
  initialState: null,
  decide,
  evolve,
};
