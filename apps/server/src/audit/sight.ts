import type { Sight } from '#libs/audit';
import { type LiveState, mayRead, personInProject } from '#libs/authorization';
import { E, type ProjectId, timestampOf } from '#libs/kernel';
import type { Caller } from '../http/caller.js';
import type { AuditAccess, Within } from './audit-access.js';

const everything: Sight = { person: () => true, project: () => true };

/**
 * Whose names a caller may be told besides ids, of what they are not confined from: a service, everybody's and everything's; and so
 * a person who may audit the organization. Any other, those of projects that they may audit; and of people whom they could look up
 * today: the members' of the organization, or whoever the project's list of collaborators shows.
 */
export class Sights {
  constructor(
    private readonly live: LiveState,
    private readonly access: AuditAccess,
  ) {}

  of(caller: Caller, within: Within, projectId: string | undefined): Sight {
    const { person } = caller;
    if (person === null) return everything;
    const now = timestampOf(Date.now());
    const mayAuditAll = this.access.mayAuditAll(person, within);
    const open = (within ?? []).filter(
      (id) =>
        mayRead(this.live, person, { action: 'member:read', place: { type: 'organization', id }, now }) === undefined,
    );
    const isMember = (id: string): boolean => {
      const home = this.live.membership(id)?.current?.organizationId;
      return home !== undefined && open.includes(home);
    };
    return {
      person: (id) => id === person || mayAuditAll || isMember(id) || this.isIn(projectId, id),
      project: (id) => E.isRight(this.access.of(caller, { type: 'project', id })),
    };
  }

  private isIn(projectId: string | undefined, id: string): boolean {
    const project = this.live.project(projectId ?? '');
    if (project === undefined) return false;
    const { grants, suspended } = personInProject(this.live, id, projectId as ProjectId, project);
    return grants.length > 0 || suspended !== null;
  }
}
