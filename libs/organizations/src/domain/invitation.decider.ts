import {
  type AccountId,
  type Aggregate,
  type Decision,
  E,
  type InvitationId,
  type NotFound,
  notFound,
  type OrganizationId,
  type Sealed,
  type Timestamp,
} from '#libs/kernel';
import { type InvitationEvent, invitationEvents } from './invitation.events.js';

interface Which {
  readonly organizationId: OrganizationId;
  readonly invitationId: InvitationId;
}

export type InvitationCommand =
  | (Which & {
      readonly type: 'InviteMember';
      readonly email: string;
      readonly address: Sealed;
      readonly expiresAt: Timestamp;
      /** Is somebody of this address a member there already? Looked up by the handler. */
      readonly isMember: boolean;
    })
  | (Which & { readonly type: 'RevokeInvitation' })
  | (Which & {
      readonly type: 'AcceptInvitation';
      readonly accountId: AccountId;
      readonly now: Timestamp;
      /** By another way than this invitation. Looked up, too. */
      readonly isMember: boolean;
    })
  | (Which & { readonly type: 'ReopenInvitation' });

export type InvitationStatus = 'pending' | 'accepted' | 'revoked' | 'expired' | 'superseded';

export type InvitationFailure =
  | NotFound
  | { readonly _tag: 'AlreadyMember' }
  | { readonly _tag: 'InvitationNotPending'; readonly invitation: Exclude<InvitationStatus, 'pending'> };

export interface Invitation {
  readonly status: Exclude<InvitationStatus, 'expired'>;
  readonly expiresAt: Timestamp;
  readonly acceptedBy: AccountId | null;
  /** The HMAC that names the address. */
  readonly email: string;
}

/** Every invitation of one organization to one address, by id; at most one of them is pending. */
export type Invitations = ReadonlyMap<InvitationId, Invitation>;

/** ORG-13, AMB-30: at exactly the end it has lapsed. A lapsed one is not revived. */
export const isLapsed = (expiresAt: Timestamp, now: Timestamp): boolean => now >= expiresAt;

const invite = (
  command: Extract<InvitationCommand, { type: 'InviteMember' }>,
  sent: Invitations,
): Decision<InvitationFailure, InvitationEvent> => {
  const { organizationId, invitationId, email, address, expiresAt, isMember } = command;
  if (isMember) return E.left({ _tag: 'AlreadyMember' });
  const superseded = [...sent]
    .filter(([, { status }]) => status === 'pending')
    .map(([id]): InvitationEvent => ({
      type: 'InvitationSuperseded',
      data: { organizationId, invitationId: id },
    }));
  const data = { organizationId, invitationId, email, address, expiresAt };
  return E.right([...superseded, { type: 'MemberInvited', data }]);
};

const decide = (command: InvitationCommand, sent: Invitations): Decision<InvitationFailure, InvitationEvent> => {
  if (command.type === 'InviteMember') return invite(command, sent);
  const { organizationId, invitationId } = command;
  const data = { organizationId, invitationId };
  const found = sent.get(invitationId);
  if (found === undefined) return E.left(notFound('invitation'));
  const { status, expiresAt } = found;
  switch (command.type) {
    case 'RevokeInvitation':
      if (status === 'accepted') return E.left({ _tag: 'InvitationNotPending', invitation: status });
      // What can't be accepted any more is as good as revoked.
      return E.right(status === 'pending' ? [{ type: 'InvitationRevoked', data }] : []);
    case 'AcceptInvitation': {
      const { accountId, now, isMember } = command;
      if (status !== 'pending') return E.left({ _tag: 'InvitationNotPending', invitation: status });
      if (isLapsed(expiresAt, now)) return E.left({ _tag: 'InvitationNotPending', invitation: 'expired' });
      if (isMember) return E.left({ _tag: 'AlreadyMember' });
      return E.right([{ type: 'InvitationAccepted', data: { ...data, accountId } }]);
    }
    case 'ReopenInvitation': {
      if (status !== 'accepted') return E.right([]);
      // AMB-30: a newer one that was sent meanwhile is the one that is pending.
      const isLast = ![...sent.values()].some((other) => other.status === 'pending');
      return E.right([{ type: isLast ? 'InvitationReopened' : 'InvitationSuperseded', data }]);
    }
  }
};

const evolve = (sent: Invitations, { type, data }: InvitationEvent): Invitations => {
  const before = sent.get(data.invitationId);
  const is = (changed: Partial<Invitation>): Invitations =>
    before === undefined ? sent : new Map(sent).set(data.invitationId, { ...before, ...changed });
  switch (type) {
    case 'MemberInvited': {
      const { email, expiresAt } = data;
      return new Map(sent).set(data.invitationId, { status: 'pending', email, expiresAt, acceptedBy: null });
    }
    case 'InvitationSuperseded':
      return is({ status: 'superseded' });
    case 'InvitationRevoked':
      return is({ status: 'revoked' });
    case 'InvitationAccepted':
      return is({ status: 'accepted', acceptedBy: data.accountId });
    case 'InvitationReopened':
      return is({ status: 'pending', acceptedBy: null });
  }
};

/** What one organization has sent to one address. */
export const invitation: Aggregate<InvitationCommand, Invitations, InvitationEvent, InvitationFailure> = {
  category: 'invitation',
  events: invitationEvents,
  initialState: new Map(),
  decide,
  evolve,
};
