import type { Facts } from '#libs/authorization';
import { type StreamName, streamOf } from '#libs/event-store';
import type { OrganizationId, ProjectId } from '#libs/kernel';
import type { Held } from './intervals.js';
import { keyThen } from './key-then.js';
import { personThen } from './person-then.js';

/** A project, and whose it is: that never changes. */
export interface ProjectPlace {
  readonly projectId: ProjectId;
  readonly organizationId: OrganizationId;
}

export interface AccessSubject {
  readonly type: 'account' | 'apiKey';
  readonly id: string;
}

/** What a subject had in a project by the facts, save for what time alone takes away; null for nothing. */
export const heldBy = (facts: Facts, { projectId }: ProjectPlace, { type, id }: AccessSubject): Held | null => {
  if (type === 'apiKey') return keyThen(facts, id, projectId)?.held ?? null;
  const standing = personThen(facts, id, projectId);
  return standing === undefined || standing.suspended ? null : { role: standing.role, end: Infinity, endsBy: 'expiry' };
};

/** The streams that say so: whatever else happens changes nothing of it. */
export const streamsOf = (
  { projectId, organizationId }: ProjectPlace,
  { type, id }: AccessSubject,
): ReadonlyArray<StreamName> => {
  const project = streamOf('project', projectId);
  if (type === 'apiKey') return [streamOf('apiKey', id), project];
  return [
    streamOf('account', id),
    streamOf('membership', id),
    streamOf('collaborator', `${projectId}.${id}`),
    streamOf('organization', organizationId),
    project,
  ];
};

/** Asks for all of those streams, also where the answer of the moment needs only some of them. */
export const touch = (facts: Facts, place: ProjectPlace, { type, id }: AccessSubject): void => {
  facts.project(place.projectId);
  if (type === 'apiKey') {
    facts.key(id);
    return;
  }
  facts.organization(place.organizationId);
  facts.account(id);
  facts.membership(id);
  facts.collaborator(place.projectId, id);
};
