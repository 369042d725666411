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
const ExternalCollaboratorAdded = eventSchema(exact({ ...place, role: Role }));
const CollaboratorRoleChanged = eventSchema(exact({ ...place, role: Role }));
const CollaboratorRemoved = eventSchema(exact(place));

/** Stream `collaborator-<projectId>.<accountId>`: one person's row in one project. */
export const collaboratorEvents = eventCodec({
  CollaboratorAdded,
  ExternalCollaboratorAdded,
  CollaboratorRoleChanged,
  CollaboratorRemoved,
});
export type CollaboratorEvent = EventOf<typeof collaboratorEvents>;
