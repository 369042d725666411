import { type LiveState, mayRead, type Reader, type Refusal } from '#libs/authorization';
import { Documents, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import { E, notFound, type Timestamp } from '#libs/kernel';
import { type KeyDocument, keysOfProject } from '../projections/keys-of-project.js';

/** The keys of a project, for whoever may list them (PRM-27). */
export class ApiKeys implements ReadModel {
  private readonly documents = new Documents(keysOfProject, ({ projectId }) => projectId);
  readonly follows = [this.documents.follows];

  constructor(private readonly live: LiveState) {}

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

/** Expired is computed, at `now >= expiresAt`, and never an event that something waits for (AMB-17). */
export const statusOf = ({ revokedAt, expiresAt }: KeyDocument, now: Timestamp): 'active' | 'expired' | 'revoked' => {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && now >= expiresAt ? 'expired' : 'active';
};
