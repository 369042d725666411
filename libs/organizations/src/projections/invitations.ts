import type { InvitationId, OrganizationId, Projection, Recorded, Sealed, Timestamp } from '#libs/kernel';
import { type InvitationEvent, invitationEvents } from '../domain/invitation.events.js';

/** One invitation, without the address: `address` opens while the vault holds its key. */
export interface InvitationDocument {
  readonly id: InvitationId;
  readonly organizationId: OrganizationId;
  /** The HMAC that names the address, in whatever organization. */
  readonly email: string;
  readonly address: Sealed;
  /** That it has lapsed is no event: the time says so. */
  readonly status: 'pending' | 'accepted' | 'revoked' | 'superseded';
  readonly expiresAt: Timestamp;
  readonly createdAt: Timestamp;
  readonly changed: bigint;
}

/** A stream holds all that was sent to one address: each of its events is about one invitation. */
export const invitationIdOf = ({ event }: Recorded<InvitationEvent>): string => event.data.invitationId;

export const invitations: Projection<InvitationDocument, InvitationEvent> & {
  readonly events: typeof invitationEvents;
} = {
  category: 'invitation',
  events: invitationEvents,
  project: (doc, { at, position: changed, event }) => {
    switch (event.type) {
      case 'MemberInvited': {
        const { invitationId: id, ...sent } = event.data;
        return { id, ...sent, status: 'pending', createdAt: at, changed };
      }
      case 'InvitationSuperseded':
        return doc && { ...doc, status: 'superseded', changed };
      case 'InvitationRevoked':
        return doc && { ...doc, status: 'revoked', changed };
      case 'InvitationAccepted':
        return doc && { ...doc, status: 'accepted', changed };
      case 'InvitationReopened':
        return doc && { ...doc, status: 'pending', changed };
    }
  },
};
