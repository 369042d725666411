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
  type Role,
} from '#libs/kernel';
import type { Founding } from './founding.js';
import { type MembershipEvent, membershipEvents } from './membership.events.js';

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
    }
  /** For good, before the account is deleted: what begins here at the same moment comes too late, or first. */
  | { readonly type: 'CloseMembership' };

export type MembershipFailure =
  | { readonly _tag: 'AlreadyMember' }
  | { readonly _tag: 'MemberElsewhere' }
  | { readonly _tag: 'MembershipMethod'; readonly method: MembershipMethod }
  | NotFound
  | { readonly _tag: 'OwnerUntouchable' };

interface Home {
  readonly organizationId: OrganizationId;
  readonly role: OrganizationRole;
  /** What a founder asked for; null for whoever joined. */
  readonly founding: Founding | null;
}

/** `closed` once the account is being deleted: nobody is at home anywhere any more. */
type Membership = Home | 'closed' | null;

/** Where somebody is at home, if anywhere. */
export const homeOf = (held: Membership): Home | null => (held === 'closed' ? null : held);

const alreadyAt = (held: Home, organizationId: OrganizationId): MembershipFailure => ({
  _tag: held.organizationId === organizationId ? 'AlreadyMember' : 'MemberElsewhere',
});

/** ORG-07: asked about first, for under the other method it does not matter who it is. */
const methodOf = (method: MembershipMethod): MembershipFailure => ({ _tag: 'MembershipMethod', method });

/** What would begin finds nobody; what would end has ended. */
const decideClosed = (command: MembershipCommand): Decision<MembershipFailure, MembershipEvent> => {
  switch (command.type) {
    case 'ProvisionMember':
      return E.left(command.method === 'sso' ? notFound('account') : methodOf(command.method));
    case 'FoundOrganization':
    case 'JoinByInvitation':
    case 'TakeOverMembership':
      return E.left(notFound('account'));
    case 'ChangeMemberRole':
    case 'RemoveMember':
    case 'ReceiveOwnership':
      return E.left(notFound('member'));
    case 'GiveUpOwnership':
    case 'PassOnMembership':
    case 'CloseMembership':
      return E.right([]);
  }
};

const decideOpen = (command: MembershipCommand, held: Home | null): Decision<MembershipFailure, MembershipEvent> => {
  switch (command.type) {
    case 'FoundOrganization': {
      const { founding } = command;
      if (held !== null) return E.left(alreadyAt(held, founding.organizationId));
      return E.right([{ type: 'OwnerAssigned', data: founding }]);
    }
    case 'ProvisionMember': {
      const { organizationId, method } = command;
      if (method !== 'sso') return E.left(methodOf(method));
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
      // ORG-04: they own it again, by a transfer that came meanwhile; that goes on first.
      if (held.role === 'owner') return E.left({ _tag: 'OwnerUntouchable' });
      return E.right([{ type: 'MembershipPassedOn', data: { organizationId: held.organizationId, to: command.to } }]);
    }
    case 'TakeOverMembership': {
      const { organizationId, role, from } = command;
      if (held !== null) return E.left(alreadyAt(held, organizationId));
      return E.right([{ type: 'MembershipTakenOver', data: { organizationId, role, from } }]);
    }
    case 'CloseMembership':
      if (held === null) return E.right([{ type: 'MembershipClosed', data: {} }]);
      return decideOpen(
        { type: 'RemoveMember', organizationId: held.organizationId, because: 'account-deleted' },
        held,
      );
  }
};

const evolve = (held: Membership, event: MembershipEvent): Membership => {
  if (held === 'closed') return held;
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
      return event.data.because === 'account-deleted' ? 'closed' : null;
    case 'MembershipPassedOn':
      return null;
    case 'MembershipClosed':
      return 'closed';
  }
};

/** Where one person is at home, and as what. */
export const membership: Aggregate<MembershipCommand, Membership, MembershipEvent, MembershipFailure> = {
  category: 'membership',
  events: membershipEvents,
  initialState: null,
  decide: (command, held) => (held === 'closed' ? decideClosed(command) : decideOpen(command, held)),
  evolve,
};
