import type { Reader, Refusal } from '#libs/authorization';
import type { Listed, PageOf } from '#libs/read-models';
import { type AccountId, E, notFound, type ProjectId, type Role, type Timestamp } from '#libs/kernel';
import type { Projects } from './projects.js';

/** Someone with a place in a project, and how they came by it. */
export interface CollaboratorDocument {
  readonly accountId: AccountId;
  readonly role: Role;
  readonly kind: 'member' | 'external';
  readonly via: 'row' | 'org-role' | 'default-project';
  /** An external whose gates are shut: still listed, let in nowhere (AMB-09). */
  readonly suspended: boolean;
  readonly addedAt: Timestamp;
}

/** A member of an organization, as the list of collaborators needs them. */
export interface MemberOf {
  readonly accountId: AccountId;
  readonly joinedAt: Timestamp;
}

/** Who is in a project: by a row, by their role in the organization, or because it is the default project. */
export class Collaborators {
  constructor(
    private readonly projects: Projects,
    private readonly membersOf: (organizationId: string) => ReadonlyArray<MemberOf>,
    /** Where a person stands among all there are. It never changes, so nobody moves while a list is read. */
    private readonly placeOf: (accountId: string) => bigint | undefined,
  ) {}

  get(
    reader: Reader,
    projectId: ProjectId,
    accountId: string,
    now: Timestamp,
  ): E.Either<Refusal, CollaboratorDocument> {
    const refusal = this.projects.mayReadCollaborators(reader, projectId, now);
    if (refusal !== undefined) return E.left(refusal);
    const found = this.everyone(projectId).find((each) => each.accountId === accountId);
    return found === undefined ? E.left(notFound('collaborator')) : E.right(found);
  }

  page(
    reader: Reader,
    projectId: ProjectId,
    page: PageOf,
    now: Timestamp,
  ): E.Either<Refusal, Listed<CollaboratorDocument>> {
    const refusal = this.projects.mayReadCollaborators(reader, projectId, now);
    if (refusal !== undefined) return E.left(refusal);
    const rest = this.everyone(projectId)
      .map((document) => ({ document, place: this.placeOf(document.accountId) ?? 0n }))
      .filter(({ place }) => place > page.after)
      .sort((one, other) => (one.place < other.place ? -1 : 1));
    const chosen = rest.slice(0, page.limit);
    const items = chosen.map(({ document }) => document);
    return E.right({ items, last: chosen.at(-1)?.place ?? page.after, complete: chosen.length === rest.length });
  }

  private everyone(projectId: ProjectId): ReadonlyArray<CollaboratorDocument> {
    const organizationId = this.projects.organizationOf(projectId);
    const members = organizationId === undefined ? [] : this.membersOf(organizationId);
    const joined = new Map(members.map(({ accountId, joinedAt }) => [accountId, joinedAt]));
    const rows = this.projects.rowsOf(projectId);
    const all = new Map([...joined, ...rows.map(({ accountId, addedAt }) => [accountId, addedAt] as const)]);
    return [...all].flatMap(([accountId, since]) => {
      const found = this.describe(projectId, accountId);
      if (found === undefined) return [];
      // A row that ended with its membership says nothing about how they are in again.
      return [{ ...found, addedAt: found.via === 'row' ? since : (joined.get(accountId) ?? since) }];
    });
  }

  private describe(projectId: ProjectId, accountId: AccountId): Omit<CollaboratorDocument, 'addedAt'> | undefined {
    const here = this.projects.personIn(projectId, accountId);
    const [grant] = here?.grants ?? [];
    if (here === undefined) return undefined;
    const kind = here.membership === null ? 'external' : 'member';
    if (grant === undefined) {
      const { row, suspended } = here;
      return row === null || suspended === null
        ? undefined
        : { accountId, role: row.role, kind, via: 'row', suspended: true };
    }
    const via = here.row !== null ? 'row' : grant.as === 'project' ? 'default-project' : 'org-role';
    return { accountId, role: grant.role, kind, via, suspended: false };
  }
}
