import type { AccessSubject, ProjectPlace } from '#libs/audit';
import { confinedTo, type LiveState, type Refusal } from '#libs/authorization';
import { E, notFound, type ProjectId } from '#libs/kernel';
import type { Caller } from '../http/caller.js';
import type { AuditAccess, Within } from './audit-access.js';

/** A project whose past a caller may see. */
export interface AuditedProject extends ProjectPlace {
  readonly within: Within;
}

/** What there is of today, for who may audit it (AMB-39): any other project, person or key is unknown. */
export class AuditedProjects {
  constructor(
    private readonly live: LiveState,
    private readonly access: AuditAccess,
  ) {}

  get(caller: Caller, id: string): E.Either<Refusal, AuditedProject> {
    const within = this.access.of(caller, { type: 'project', id });
    if (E.isLeft(within)) return within;
    const organizationId = this.live.project(id)?.organizationId;
    if (organizationId === undefined || within.right?.includes(organizationId) === false)
      return E.left(notFound('project'));
    return E.right({ projectId: id as ProjectId, organizationId, within: within.right });
  }

  /** Whom or what a history is asked of: anybody ever at home there or in that project, or a key of it. A legacy key is no project's (KEY-29). */
  has({ projectId, within }: AuditedProject, { type, id }: AccessSubject): boolean {
    if (type === 'account') return confinedTo(this.live, within, projectId).account(id) !== undefined;
    const key = this.live.key(id);
    return key !== undefined && !key.legacy && key.projectId === projectId;
  }
}
