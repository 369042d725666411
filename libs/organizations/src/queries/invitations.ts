import { accountEvents } from '#libs/accounts/events';
import { type LiveState, mayRead, type Reader, type Refusal } from '#libs/authorization';
import { Documents, follow, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import { E, type InvitationId, notFound, type Recorded, type Sealed, type Timestamp } from '#libs/kernel';
import type { InvitationEvent } from '../domain/invitation.events.js';
import { type InvitationDocument, invitationIdOf, invitations } from '../projections/invitations.js';

/** Invitations, for whoever may send them (PRM-10). */
export class Invitations implements ReadModel {
  private readonly documents = new Documents(invitations, ({ organizationId }) => organizationId, invitationIdOf);
  private readonly byAddress = new Map<string, InvitationId[]>();
  private readonly erased = new Set<string>();
  readonly follows = [
    this.documents.follows,
    follow(invitations, ({ event }: Recorded<InvitationEvent>) => {
      if (event.type !== 'MemberInvited') return;
      const { email, invitationId } = event.data;
      this.byAddress.set(email, [...(this.byAddress.get(email) ?? []), invitationId]);
    }),
    follow({ category: 'account', events: accountEvents }, ({ event }) => {
      if (event.type === 'AccountDeleted') for (const id of this.sentTo(event.data.email)) this.erased.add(id);
    }),
  ];

  constructor(private readonly live: LiveState) {}

  get(reader: Reader, organizationId: string, id: string, now: Timestamp): E.Either<Refusal, InvitationDocument> {
    const refusal = this.mayRead(reader, organizationId, now);
    if (refusal !== undefined) return E.left(refusal);
    const found = this.documents.get(id);
    return found?.organizationId === organizationId ? E.right(found) : E.left(notFound('invitation'));
  }

  /** The sealed address alone, for whoever may be shown it; undefined once it is erased. */
  addressOf(id: InvitationId): Sealed | undefined {
    return this.isErased(id) ? undefined : this.documents.get(id)?.address;
  }

  /** It went to somebody who has deleted their account since (DEL-02): the vault may not have erased its key yet. */
  isErased(id: string): boolean {
    return this.erased.has(id);
  }

  /** Every invitation that ever went to an address, whoever sent it: for its erasure. `email` is the HMAC that names it. */
  sentTo(email: string): ReadonlyArray<InvitationId> {
    return this.byAddress.get(email) ?? [];
  }

  page(
    reader: Reader,
    organizationId: string,
    page: PageOf,
    now: Timestamp,
  ): E.Either<Refusal, Listed<InvitationDocument>> {
    const refusal = this.mayRead(reader, organizationId, now);
    return refusal === undefined ? E.right(this.documents.page(organizationId, page)) : E.left(refusal);
  }

  private mayRead(reader: Reader, id: string, now: Timestamp): Refusal | undefined {
    return mayRead(this.live, reader, { action: 'member:invite', place: { type: 'organization', id }, now });
  }
}
