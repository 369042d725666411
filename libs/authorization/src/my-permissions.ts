import { type AccountId, E, millisOf, notFound, type ProjectId, type Role, type Timestamp } from '#libs/kernel';
import { maySee, type Refusal } from './authorize.js';
import type { Facts } from './domain/facts.js';
import { permissions } from './domain/permissions.js';
import { personInProject } from './domain/standing.js';
import { decide } from './domain/decide.js';

/** What a person may do in one project, and as what. */
export interface PermissionsInProject {
  readonly projectId: ProjectId;
  /** The strongest role they hold here; null for who may find the project and is not in it. */
  readonly role: Role | null;
  readonly kind: 'member' | 'external';
  /** An external whose gates are shut (AMB-09). */
  readonly suspended: boolean;
  /** Every action of the permission table that they may do here in the UI, in its order. */
  readonly permissions: ReadonlyArray<string>;
}

const inProjects = [...permissions].filter(([, { level }]) => level !== 'organization');

/** Answered by the decision function itself, action by action: it can't say anything else than a decision would. */
export class MyPermissions {
  constructor(private readonly facts: Facts) {}

  of(accountId: AccountId, id: ProjectId, now: Timestamp): E.Either<Refusal, PermissionsInProject> {
    const project = this.facts.project(id);
    if (project === undefined || !maySee(this.facts, accountId, { type: 'project', id }))
      return E.left(notFound('project'));
    const here = personInProject(this.facts, accountId, id, project);
    const may = ([action, { kind }]: (typeof inProjects)[number]): boolean =>
      decide(
        this.facts,
        {
          subject: { type: 'user', id: accountId },
          action,
          resource: kind === null ? { type: 'project', id } : { type: kind, projectId: id },
          channel: 'ui',
        },
        { now: millisOf(now), stale: false },
      ).decision;
    return E.right({
      projectId: id,
      role: here.grants[0]?.role ?? null,
      kind: here.membership === null ? 'external' : 'member',
      suspended: here.suspended !== null,
      permissions: inProjects.filter(may).map(([action]) => action),
    });
  }
}
