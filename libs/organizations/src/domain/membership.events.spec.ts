import { describe, it } from '@jest/globals';
import type { AccountId, InvitationId, OrganizationId, ProjectId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { membershipEvents } from './membership.events.js';

const organizationId = 'org_7bQ2' as OrganizationId;
const defaultProjectId = 'proj_9aZ0' as ProjectId;
const invitationId = 'inv_4cD6' as InvitationId;

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
        { type: 'MemberRemoved', data: { organizationId, because: 'removed' } },
      ],
      [
        '{"type":"MemberRemoved","version":2,"data":{"organizationId":"org_7bQ2","because":"removed"}}',
        { type: 'MemberRemoved', data: { organizationId, because: 'removed' } },
      ],
      [
        '{"type":"MemberRemoved","version":2,"data":{"organizationId":"org_7bQ2","because":"deprovisioned"}}',
        { type: 'MemberRemoved', data: { organizationId, because: 'deprovisioned' } },
      ],
      [
        '{"type":"MemberRemoved","version":2,"data":{"organizationId":"org_7bQ2","because":"account-deleted"}}',
        { type: 'MemberRemoved', data: { organizationId, because: 'account-deleted' } },
      ],
      [
        '{"type":"MemberJoined","version":1,"data":{"organizationId":"org_7bQ2","role":"member","invitationId":"inv_4cD6"}}',
        { type: 'MemberJoined', data: { organizationId, role: 'member', invitationId } },
      ],
      [
        '{"type":"OwnershipReceived","version":1,"data":{"organizationId":"org_7bQ2"}}',
        { type: 'OwnershipReceived', data: { organizationId } },
      ],
      [
        '{"type":"OwnershipGivenUp","version":1,"data":{"organizationId":"org_7bQ2"}}',
        { type: 'OwnershipGivenUp', data: { organizationId } },
      ],
      [
        '{"type":"MembershipPassedOn","version":1,"data":{"organizationId":"org_7bQ2","to":"user_8kQ1"}}',
        { type: 'MembershipPassedOn', data: { organizationId, to: 'user_8kQ1' as AccountId } },
      ],
      [
        '{"type":"MembershipTakenOver","version":1,"data":{"organizationId":"org_7bQ2","role":"owner","from":"user_3fT8"}}',
        { type: 'MembershipTakenOver', data: { organizationId, role: 'owner', from: 'user_3fT8' as AccountId } },
      ],
      ['{"type":"MembershipClosed","version":1,"data":{}}', { type: 'MembershipClosed', data: {} }],
    ]),
  )('%s', (_, check) => check());
});
