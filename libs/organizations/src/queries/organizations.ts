import { type LiveState, mayRead, type Reader, type Refusal } from '#libs/authorization';
import { Documents, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import { E, notFound, type Timestamp } from '#libs/kernel';
import { type MemberDocument, members } from '../projections/members.js';
import { type OrganizationDocument, organizations } from '../projections/organizations.js';

const everywhere = 'organizations';

/** Organizations and their members, for whoever the matrix lets read them (PRM-01, PRM-09). */
export class Organizations implements ReadModel {
  private readonly documents = new Documents(organizations, () => everywhere);
  private readonly members = new Documents(members, ({ organizationId }) => organizationId);
  readonly follows = [this.documents.follows, this.members.follows];

  constructor(private readonly live: LiveState) {}

  get(reader: Reader, id: string, now: Timestamp): E.Either<Refusal, OrganizationDocument> {
    const refusal = mayRead(this.live, reader, {
      action: 'organization:read',
      place: { type: 'organization', id },
      now,
    });
    const document = this.documents.get(id);
    return refusal === undefined && document !== undefined
      ? E.right(document)
      : E.left(refusal ?? notFound('organization'));
  }

  /** A person's own; the operator's are all of them. */
  page(reader: Reader, page: PageOf): Listed<OrganizationDocument> {
    if (reader === 'operator') return this.documents.page(everywhere, page);
    const home = this.members.get(reader);
    const own = home === undefined ? undefined : this.documents.get(home.organizationId);
    return { items: own === undefined || page.after > 0n ? [] : [own], last: 1n, complete: true };
  }

  /** Null also while the founding of it has yet to be finished: there is nothing to be at home in. */
  homeOf(accountId: string): OrganizationDocument['id'] | null {
    const home = this.members.get(accountId)?.organizationId;
    return (home && this.documents.get(home)?.id) ?? null;
  }

  member(reader: Reader, id: string, accountId: string, now: Timestamp): E.Either<Refusal, MemberDocument> {
    const refusal = mayRead(this.live, reader, { action: 'member:read', place: { type: 'organization', id }, now });
    if (refusal !== undefined) return E.left(refusal);
    const member = this.members.get(accountId);
    return member?.organizationId === id ? E.right(member) : E.left(notFound('member'));
  }

  membersOf(reader: Reader, id: string, page: PageOf, now: Timestamp): E.Either<Refusal, Listed<MemberDocument>> {
    const refusal = mayRead(this.live, reader, { action: 'member:read', place: { type: 'organization', id }, now });
    return refusal === undefined ? E.right(this.members.page(id, page)) : E.left(refusal);
  }

  /** Everybody at home there, without asking who wants to know: for other read models. */
  allMembers(id: string): ReadonlyArray<MemberDocument> {
    return this.members.all(id);
  }
}
