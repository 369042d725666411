import { type LiveState, mayRead, type Reader, type Refusal } from '#libs/authorization';
import { E, notFound, type Timestamp } from '#libs/kernel';
import { Documents, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import { resourceStream } from '../domain/resource-id.js';
import { type ResourceDocument, resources } from '../projections/resources.js';

/** What is registered, for whoever may look at its project (PRM-20), or is known to do so (null: the scope `resources`). */
export class Resources implements ReadModel {
  private readonly documents = new Documents(resources, ({ projectId }) => projectId);
  readonly follows = [this.documents.follows];

  constructor(private readonly live: LiveState) {}

  get(
    reader: Reader | null,
    { projectId, kind, id }: { readonly projectId: string; readonly kind: string; readonly id: string },
    now: Timestamp,
  ): E.Either<Refusal, ResourceDocument> {
    const refusal = this.mayLook(reader, projectId, now);
    if (refusal !== undefined) return E.left(refusal);
    const organizationId = this.live.project(projectId)?.organizationId ?? '';
    const found = this.documents.get(resourceStream(organizationId, kind, id));
    return found?.projectId === projectId ? E.right(found) : E.left(notFound('resource'));
  }

  /** Of one kind, or of all. */
  page(
    reader: Reader | null,
    { projectId, kind }: { readonly projectId: string; readonly kind?: string | undefined },
    page: PageOf,
    now: Timestamp,
  ): E.Either<Refusal, Listed<ResourceDocument>> {
    const refusal = this.mayLook(reader, projectId, now);
    if (refusal !== undefined) return E.left(refusal);
    const keep = (doc: ResourceDocument) => kind === undefined || doc.kind === kind;
    return E.right(this.documents.page(projectId, page, keep));
  }

  private mayLook(reader: Reader | null, projectId: string, now: Timestamp): Refusal | undefined {
    const place = { type: 'project', id: projectId } as const;
    return mayRead(this.live, reader ?? 'operator', { action: 'project:read', place, now });
  }
}
