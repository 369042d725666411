import * as t from 'io-ts';
import { eventCodec, type EventOf, eventSchema, exact, OrganizationId, ProjectId } from '#libs/kernel';
import { ResourceId } from './resource-id.js';

/** Every event names the resource by itself: a decision that cites one can be folded again from it. */
const resource = { organizationId: OrganizationId, projectId: ProjectId, kind: t.string, resourceId: ResourceId };

const ResourceRegistered = eventSchema(exact({ ...resource, name: t.union([t.string, t.null]) }));
const ResourceRenamed = eventSchema(exact({ ...resource, name: t.union([t.string, t.null]) }));
const ResourceRemoved = eventSchema(exact(resource));

/** Stream `resource-<organizationId>.<kind>.<id>`: so an id is unique within its organization and kind. */
export const resourceEvents = eventCodec({ ResourceRegistered, ResourceRenamed, ResourceRemoved });
export type ResourceEvent = EventOf<typeof resourceEvents>;
