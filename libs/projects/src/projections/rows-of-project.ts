import type { AccountId, Projection, ProjectId, Timestamp } from '#libs/kernel';
import { type CollaboratorEvent, collaboratorEvents } from '../domain/collaborator.events.js';

/** That there is a row, and since when. Whether it counts, and as what, is the decision's to say. */
export interface RowDocument {
  readonly accountId: AccountId;
  readonly projectId: ProjectId;
  readonly addedAt: Timestamp;
  readonly changed: bigint;
}

export const rowsOfProject: Projection<RowDocument, CollaboratorEvent> & {
  readonly events: typeof collaboratorEvents;
} = {
  category: 'collaborator',
  events: collaboratorEvents,
  project: (doc, { at, position: changed, event }) => {
    switch (event.type) {
      case 'CollaboratorAdded':
      case 'ProjectJoined':
      case 'ExternalCollaboratorAdded': {
        const { accountId, projectId } = event.data;
        return { accountId, projectId, addedAt: at, changed };
      }
      case 'CollaboratorRoleChanged':
        return doc && { ...doc, changed };
      case 'CollaboratorRemoved':
      case 'ProjectLeft':
        return undefined;
    }
  },
};
