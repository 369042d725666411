import { describe, it } from '@jest/globals';
import type { AccountId, EventId, OrganizationId, ProjectId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { collaboratorEvents } from './collaborator.events.js';

const place = {
  organizationId: 'org_7bQ2' as OrganizationId,
  projectId: 'proj_9aZ0' as ProjectId,
  accountId: 'user_3fT8' as AccountId,
};
const membershipId = '6a1fbb0c-52f1-8c7e-9d0a-0c5e8d2f4b11' as EventId;

describe("the stored bytes of a collaborator's row", () => {
  it.each(
    bytesOf(collaboratorEvents, [
      [
        '{"type":"CollaboratorAdded","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8","role":"member","membershipId":"6a1fbb0c-52f1-8c7e-9d0a-0c5e8d2f4b11"}}',
        { type: 'CollaboratorAdded', data: { ...place, role: 'member', membershipId } },
      ],
      [
        '{"type":"ExternalCollaboratorAdded","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8","role":"member"}}',
        { type: 'ExternalCollaboratorAdded', data: { ...place, role: 'member', isDefaultProject: null } },
      ],
      [
        '{"type":"ExternalCollaboratorAdded","version":2,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8","role":"member","isDefaultProject":true}}',
        { type: 'ExternalCollaboratorAdded', data: { ...place, role: 'member', isDefaultProject: true } },
      ],
      [
        '{"type":"ExternalCollaboratorAdded","version":2,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8","role":"member","isDefaultProject":null}}',
        { type: 'ExternalCollaboratorAdded', data: { ...place, role: 'member', isDefaultProject: null } },
      ],
      [
        '{"type":"CollaboratorRoleChanged","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8","role":"admin"}}',
        { type: 'CollaboratorRoleChanged', data: { ...place, role: 'admin' } },
      ],
      [
        '{"type":"CollaboratorRemoved","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8"}}',
        { type: 'CollaboratorRemoved', data: { ...place, endedBy: null } },
      ],
      [
        '{"type":"CollaboratorRemoved","version":2,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8","endedBy":null}}',
        { type: 'CollaboratorRemoved', data: { ...place, endedBy: null } },
      ],
      [
        '{"type":"CollaboratorRemoved","version":2,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8","endedBy":"6a1fbb0c-52f1-8c7e-9d0a-0c5e8d2f4b11"}}',
        { type: 'CollaboratorRemoved', data: { ...place, endedBy: membershipId } },
      ],
      [
        '{"type":"ProjectJoined","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8","role":"member","membershipId":"6a1fbb0c-52f1-8c7e-9d0a-0c5e8d2f4b11"}}',
        { type: 'ProjectJoined', data: { ...place, role: 'member', membershipId } },
      ],
      [
        '{"type":"ProjectLeft","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","accountId":"user_3fT8"}}',
        { type: 'ProjectLeft', data: place },
      ],
    ]),
  )('%s', (_, check) => check());
});
