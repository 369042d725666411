import type { OrganizationId, Projection, ProjectId, Timestamp, Visibility } from '#libs/kernel';
import { type ProjectEvent, projectEvents } from '../domain/project.events.js';

export interface ProjectDocument {
  readonly id: ProjectId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly slug: string;
  readonly visibility: Visibility;
  readonly isDefault: boolean;
  readonly allowExternalCollaborators: boolean;
  readonly status: 'active' | 'archived';
  readonly createdAt: Timestamp;
  readonly changed: bigint;
}

export const projects: Projection<ProjectDocument, ProjectEvent> & { readonly events: typeof projectEvents } = {
  category: 'project',
  events: projectEvents,
  project: (doc, { id, at, position: changed, event }) => {
    if (event.type === 'DefaultProjectCreated' || event.type === 'ProjectCreated') {
      const { organizationId, name, slug, visibility } = event.data;
      const isDefault = event.type === 'DefaultProjectCreated';
      const born = { allowExternalCollaborators: false, status: 'active', createdAt: at } as const;
      return { id: id as ProjectId, organizationId, name, slug, visibility, isDefault, ...born, changed };
    }
    if (doc === undefined) return doc;
    switch (event.type) {
      case 'ProjectRenamed':
      case 'ProjectSlugChanged':
      case 'ProjectVisibilityChanged':
        return { ...doc, ...event.data, changed };
      case 'ExternalCollaboratorsAllowed':
      case 'ExternalCollaboratorsDisallowed':
        return { ...doc, allowExternalCollaborators: event.type === 'ExternalCollaboratorsAllowed', changed };
      case 'ProjectArchived':
        return { ...doc, status: 'archived', changed };
      case 'ProjectUnarchived':
        return { ...doc, status: 'active', changed };
    }
  },
};
