import { describe, it } from '@jest/globals';
import type { OrganizationId, ProjectId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { membershipEvents } from './membership.events.js';

const organizationId = 'org_7bQ2' as OrganizationId;
const defaultProjectId = 'proj_9aZ0' as ProjectId;

describe('the stored bytes of a membership', () => {
  it.each(
    bytesOf(membershipEvents, [
      [
        '{"type":"OwnerAssigned","version":1,"data":{"organizationId":"org_7bQ2","organizationName":"Acme","defaultProjectId":"proj_9aZ0"}}',
        { type: 'OwnerAssigned', data: { organizationId, organizationName: 'Acme', defaultProjectId } },
      ],
      [
        '{"type":"MemberProvisioned","version":1,"data":{"organizationId":"org_7bQ2","role":"member"}}',
        { type: 'MemberProvisioned', data: { organizationId, role: 'member' } },
      ],
      [
        '{"type":"MemberRoleChanged","version":1,"data":{"organizationId":"org_7bQ2","role":"admin"}}',
        { type: 'MemberRoleChanged', data: { organizationId, role: 'admin' } },
      ],
      [
        '{"type":"MemberRemoved","version":1,"data":{"organizationId":"org_7bQ2"}}',
        { type: 'MemberRemoved', data: { organizationId } },
      ],
    ]),
  )('%s', (_, check) => check());
});
