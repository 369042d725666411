import type { OrganizationId, Projection, ProjectId, Timestamp } from '#libs/kernel';
import { type ResourceEvent, resourceEvents } from '../domain/resource.events.js';
import type { ResourceId } from '../domain/resource-id.js';

/** A registered resource as it is listed. */
export interface ResourceDocument {
  readonly kind: string;
  readonly id: ResourceId;
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly name: string | null;
  readonly createdAt: Timestamp;
  /** The position of the last change: what an `ETag` is made of. */
  readonly changed: bigint;
}

export const resources: Projection<ResourceDocument, ResourceEvent> & { readonly events: typeof resourceEvents } = {
  category: 'resource',
  events: resourceEvents,
  project: (doc, { at, position: changed, event }) => {
    switch (event.type) {
      case 'ResourceRegistered': {
        const { kind, resourceId: id, organizationId, projectId, name } = event.data;
        return { kind, id, organizationId, projectId, name, createdAt: at, changed };
      }
      case 'ResourceRenamed':
        return doc && { ...doc, name: event.data.name, changed };
      case 'ResourceRemoved':
        return undefined;
    }
  },
};
