import { type People, type Person as Personal } from '#libs/accounts';
import type { Reader } from '#libs/authorization';
import { E, type OrganizationId, pipe, TE, timestampOf } from '#libs/kernel';
import { type MemberDocument, type Organizations } from '#libs/organizations';
import type { Answer } from '../http/answer.js';

export type Member = Pick<MemberDocument, 'accountId' | 'role' | 'joinedAt'> & Personal;

type Failed = Extract<Awaited<Answer<Member>>, { _tag: 'Left' }>['left'];

const gone = { _tag: 'NotFound', what: 'member' } as const;

/** Members as they go out, each with its person. */
export class ShownMembers {
  constructor(
    private readonly organizations: Organizations,
    private readonly people: People,
  ) {}

  async one(reader: Reader, id: OrganizationId, accountId: string): Promise<E.Either<Failed, Member>> {
    const found = this.organizations.member(reader, id, accountId, timestampOf(Date.now()));
    return E.isLeft(found) ? found : this.withPerson(found.right);
  }

  withPerson(document: MemberDocument): Promise<E.Either<Failed, Member>> {
    return pipe(
      this.all([document]),
      TE.flatMap(([member]) => (member === undefined ? TE.left(gone) : TE.right(member))),
    )();
  }

  all(documents: ReadonlyArray<MemberDocument>) {
    return this.people.withPersons(
      documents.map(({ accountId, role, joinedAt }) => ({ accountId, role, joinedAt })),
      ({ accountId }) => accountId,
    );
  }
}
