import { type LiveState, mayRead, type Place, type Question, type Refusal } from '#libs/authorization';
import { E, type OrganizationId, timestampOf } from '#libs/kernel';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';

/** The organizations whose past a caller may see; null for all of them. */
export type Within = ReadonlyArray<OrganizationId> | null;

const forbidden: Refusal = { _tag: 'Forbidden', action: 'audit:read' };

/**
 * Who may see which past (AMB-39): a service with the scope `audit`, of the organizations that it is confined to; and a person who
 * may audit the organization or the project that they ask about, today. Each sees nothing else: another tenant's id is unknown.
 */
export class AuditAccess {
  constructor(private readonly live: LiveState) {}

  /** `undefined`: the caller names no place. */
  of(caller: Caller, place: Place | undefined): E.Either<Refusal, Within> {
    const { person } = caller;
    if (person === null) return E.right(confinementOf(caller));
    if (place === undefined) return E.left(forbidden);
    const refusal = mayRead(this.live, person, { action: 'audit:read', place, now: timestampOf(Date.now()) });
    if (refusal !== undefined) return E.left(refusal);
    const home = place.type === 'organization' ? place.id : this.live.project(place.id)?.organizationId;
    return E.right(home === undefined ? [] : [home as OrganizationId]);
  }

  /** The same for a question: it is about the place that it names, or about its key's own. */
  ofQuestion(caller: Caller, { subject, resource }: Pick<Question, 'subject' | 'resource'>): E.Either<Refusal, Within> {
    return this.of(caller, this.placeOf(subject, resource));
  }

  /** A legacy key is the organization's, and no project's admin is told of it (KEY-29). */
  private placeOf(subject: Question['subject'], resource: Question['resource']): Place | undefined {
    const key = subject.type === 'api_key' ? this.live.key(subject.id) : undefined;
    if (key?.legacy === true) return { type: 'organization', id: key.organizationId };
    if (resource.type === 'organization' || resource.type === 'project')
      return resource.id === undefined ? undefined : { type: resource.type, id: resource.id };
    const projectId = resource.projectId ?? key?.projectId;
    return projectId === undefined ? undefined : { type: 'project', id: projectId };
  }
}
