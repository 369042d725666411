import * as t from 'io-ts';
import {
  AccountId,
  eventCodec,
  type EventOf,
  EventId,
  eventSchema,
  exact,
  OrganizationId,
  ProjectId,
  Role,
} from '#libs/kernel';

const place = { organizationId: OrganizationId, projectId: ProjectId, accountId: AccountId };

/** `membershipId` is the event that began the membership this grant stands on: with that membership, the row is gone. */
const CollaboratorAdded = eventSchema(exact({ ...place, role: Role, membershipId: EventId }));
const ExternalCollaboratorAdded = eventSchema(exact({ ...place, role: Role }))
  // v2: whether it is the organization's default project, which an auditor is warned of (AMB-08); null where nobody wrote it down.
  .revised(exact({ ...place, role: Role, isDefaultProject: t.union([t.boolean, t.null]) }), (v1) => ({
    ...v1,
    isDefaultProject: null,
  }));
const CollaboratorRoleChanged = eventSchema(exact({ ...place, role: Role }));
const CollaboratorRemoved = eventSchema(exact(place))
  // v2: `endedBy` is the event that had ended the row before, with its membership or its account; null for a removal as such.
  .revised(exact({ ...place, endedBy: t.union([EventId, t.null]) }), (v1) => ({ ...v1, endedBy: null }));
/** By the person themself, as what they are in the organization. */
const ProjectJoined = eventSchema(exact({ ...place, role: Role, membershipId: EventId }));
const ProjectLeft = eventSchema(exact(place));

/** Stream `collaborator-<projectId>.<accountId>`: one person's row in one project. */
export const collaboratorEvents = eventCodec({
  CollaboratorAdded,
  ExternalCollaboratorAdded,
  CollaboratorRoleChanged,
  CollaboratorRemoved,
  ProjectJoined,
  ProjectLeft,
});
export type CollaboratorEvent = EventOf<typeof collaboratorEvents>;
