import * as t from 'io-ts';
import {
  AccountId,
  eventCodec,
  type EventOf,
  eventSchema,
  exact,
  OrganizationId,
  ProjectId,
  Visibility,
} from '#libs/kernel';

const birth = { organizationId: OrganizationId, name: t.string, slug: t.string, visibility: Visibility };
const nothing = () => eventSchema(exact({}));

/** Stream `project-<projectId>`. Its collaborators have streams of their own. */
export const projectEvents = eventCodec({
  DefaultProjectCreated: eventSchema(exact(birth)),
  ProjectCreated: eventSchema(exact({ ...birth, createdBy: AccountId })),
  ProjectRenamed: eventSchema(exact({ name: t.string })),
  ProjectSlugChanged: eventSchema(exact({ slug: t.string })),
  ProjectVisibilityChanged: eventSchema(exact({ visibility: Visibility })),
  ExternalCollaboratorsAllowed: nothing(),
  ExternalCollaboratorsDisallowed: nothing(),
  ProjectArchived: nothing(),
  ProjectUnarchived: nothing(),
});
export type ProjectEvent = EventOf<typeof projectEvents>;

/** Carries the whole of what was asked, so that whoever meets an unfinished project can finish it. */
const SlugReserved = eventSchema(
  exact({
    projectId: ProjectId,
    organizationId: OrganizationId,
    name: t.string,
    visibility: Visibility,
    createdBy: AccountId,
    isDefault: t.boolean,
  }),
);

/** By a project that is there already, for a change of its slug (PRJ-18). */
const SlugClaimed = eventSchema(exact({ projectId: ProjectId }));

/** Stream `slug-<slug>`: unique across the platform (PRJ-17). */
export const slugEvents = eventCodec({ SlugReserved, SlugClaimed });
export type SlugEvent = EventOf<typeof slugEvents>;
