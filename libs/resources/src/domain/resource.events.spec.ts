import { describe, it } from '@jest/globals';
import type { OrganizationId, ProjectId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import type { ResourceId } from './resource-id.js';
import { resourceEvents } from './resource.events.js';

const resource = {
  organizationId: 'org_7bQ2' as OrganizationId,
  projectId: 'proj_9aZ0' as ProjectId,
  kind: 'file',
  resourceId: 'a/b.txt' as ResourceId,
};

describe('the stored bytes of a resource', () => {
  it.each(
    bytesOf(resourceEvents, [
      [
        '{"type":"ResourceRegistered","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","kind":"file","resourceId":"a/b.txt","name":null}}',
        { type: 'ResourceRegistered', data: { ...resource, name: null } },
      ],
      [
        '{"type":"ResourceRegistered","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","kind":"file","resourceId":"Größe","name":"notes"}}',
        { type: 'ResourceRegistered', data: { ...resource, resourceId: 'Größe' as ResourceId, name: 'notes' } },
      ],
      [
        '{"type":"ResourceRenamed","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","kind":"file","resourceId":"a/b.txt","name":"notes"}}',
        { type: 'ResourceRenamed', data: { ...resource, name: 'notes' } },
      ],
      [
        '{"type":"ResourceRenamed","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","kind":"file","resourceId":"a/b.txt","name":null}}',
        { type: 'ResourceRenamed', data: { ...resource, name: null } },
      ],
      [
        '{"type":"ResourceRemoved","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","kind":"file","resourceId":"a/b.txt"}}',
        { type: 'ResourceRemoved', data: resource },
      ],
    ]),
  )('%s', (_, check) => check());
});
