import { type LiveState, mayRead, type Reader, type Refusal } from '#libs/authorization';
import { Documents, follow, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import { type AccountId, type ApiKeyId, E, notFound, type Timestamp } from '#libs/kernel';
import { apiKeyEvents } from '../domain/api-key.events.js';
import { type KeyDocument, keysOfProject } from '../projections/keys-of-project.js';

/** The keys of a project, for whoever may list them (PRM-27). */
export class ApiKeys implements ReadModel {
  private readonly documents = new Documents(keysOfProject, ({ projectId }) => projectId);
  /** By whom keys were made: what is revoked at once when they are not trusted any more. */
  private readonly byMaker = new Map<AccountId, ApiKeyId[]>();
  readonly follows = [
    this.documents.follows,
    follow({ category: 'apiKey', events: apiKeyEvents }, ({ id, event }) => {
      if (event.type !== 'KeyCreated') return;
      const made = this.byMaker.get(event.data.createdBy);
      if (made === undefined) this.byMaker.set(event.data.createdBy, [id as ApiKeyId]);
      else made.push(id as ApiKeyId);
    }),
  ];

  constructor(private readonly live: LiveState) {}

  idsOfProject(projectId: string): ReadonlyArray<ApiKeyId> {
    return this.documents.all(projectId).map(({ id }) => id);
  }

  idsMadeBy(accountId: AccountId): ReadonlyArray<ApiKeyId> {
    return this.byMaker.get(accountId) ?? [];
  }

  /** Where a key stands in its project's list. */
  placeOf(id: ApiKeyId): bigint | undefined {
    return this.documents.placeOf(id);
  }

  /** A key of a project whose keys the reader may not list is no key (AMB-16). */
  get(reader: Reader, id: string, now: Timestamp): E.Either<Refusal, KeyDocument> {
    const key = this.documents.get(id);
    if (key === undefined) return E.left(notFound('api key'));
    const refusal = mayRead(this.live, reader, {
      action: 'api-key:list',
      place: { type: 'project', id: key.projectId },
      now,
    });
    return refusal === undefined ? E.right(key) : E.left(notFound('api key'));
  }

  page(reader: Reader, projectId: string, page: PageOf, now: Timestamp): E.Either<Refusal, Listed<KeyDocument>> {
    const refusal = mayRead(this.live, reader, {
      action: 'api-key:list',
      place: { type: 'project', id: projectId },
      now,
    });
    return refusal === undefined ? E.right(this.documents.page(projectId, page)) : E.left(refusal);
  }
}

export type KeyStatus = 'active' | 'expired' | 'revoked' | 'superseded';

/** Replaced without an overlap, it has ended whatever this node's clock says. */
const isSuperseded = ({ endsAt, replacedAt }: KeyDocument, now: Timestamp): boolean =>
  endsAt !== null && (now >= endsAt || (replacedAt !== null && replacedAt >= endsAt));

/** Expired and superseded are computed, at `now >= expiresAt`, and never an event that something waits for (AMB-17). */
export const statusOf = (key: KeyDocument, now: Timestamp): KeyStatus => {
  const { revokedAt, expiresAt } = key;
  if (revokedAt !== null) return 'revoked';
  if (isSuperseded(key, now)) return 'superseded';
  return expiresAt !== null && now >= expiresAt ? 'expired' : 'active';
};

/** When it ends by itself: by its expiration, or with the overlap of its rotation. */
export const endOf = ({ endsAt, expiresAt }: KeyDocument): Timestamp | null =>
  endsAt !== null && (expiresAt === null || endsAt < expiresAt) ? endsAt : expiresAt;
