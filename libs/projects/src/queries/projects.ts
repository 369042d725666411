import { type LiveState, mayRead, maySee, personInProject, type Reader, type Refusal } from '#libs/authorization';
import { Documents, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import { E, notFound, type Timestamp } from '#libs/kernel';
import { type ProjectDocument, projects } from '../projections/projects.js';
import { type RowDocument, rowsOfProject } from '../projections/rows-of-project.js';

/** Projects, for whoever may see them (PRM-07, PRM-20, PRJ-19). */
export class Projects implements ReadModel {
  private readonly documents = new Documents(projects, ({ organizationId }) => organizationId);
  private readonly rows = new Documents(rowsOfProject, ({ projectId }) => projectId);
  readonly follows = [this.documents.follows, this.rows.follows];

  constructor(private readonly live: LiveState) {}

  get(reader: Reader, id: string, now: Timestamp): E.Either<Refusal, ProjectDocument> {
    const refusal = mayRead(this.live, reader, { action: 'project:read', place: { type: 'project', id }, now });
    const document = this.documents.get(id);
    // A default project is there before its organization, which may have yet to be finished.
    const whole = document !== undefined && this.live.organization(document.organizationId) !== undefined;
    return refusal === undefined && whole ? E.right(document) : E.left(refusal ?? notFound('project'));
  }

  /** Of an organization: to members those that they may find, to an external the ones that they are in. */
  page(
    reader: Reader,
    organizationId: string,
    page: PageOf,
    now: Timestamp,
  ): E.Either<Refusal, Listed<ProjectDocument>> {
    const place = { type: 'organization' as const, id: organizationId };
    const refusal = mayRead(this.live, reader, { action: 'project:list', place, now });
    if (reader === 'operator')
      return refusal === undefined ? E.right(this.documents.page(organizationId, page)) : E.left(refusal);
    const isSeen = ({ id }: ProjectDocument) => maySee(this.live, reader, { type: 'project', id });
    if (refusal !== undefined && !this.documents.all(organizationId).some(isSeen)) return E.left(refusal);
    return E.right(this.documents.page(organizationId, page, isSeen));
  }

  /** All projects of an organization, each with its place in the list. */
  inOrder(organizationId: string): ReadonlyArray<{ readonly id: ProjectDocument['id']; readonly place: bigint }> {
    return this.documents.all(organizationId).map(({ id }) => ({ id, place: this.documents.placeOf(id) ?? 0n }));
  }

  row(projectId: string, accountId: string): RowDocument | undefined {
    return this.rows.get(`${projectId}.${accountId}`);
  }

  rowsOf(projectId: string): ReadonlyArray<RowDocument> {
    return this.rows.all(projectId);
  }

  organizationOf(projectId: string): ProjectDocument['organizationId'] | undefined {
    return this.documents.get(projectId)?.organizationId;
  }

  personIn(projectId: ProjectDocument['id'], accountId: string) {
    const project = this.live.project(projectId);
    return project && personInProject(this.live, accountId, projectId, project);
  }

  mayReadCollaborators(reader: Reader, id: string, now: Timestamp): Refusal | undefined {
    return mayRead(this.live, reader, { action: 'collaborator:read', place: { type: 'project', id }, now });
  }
}
