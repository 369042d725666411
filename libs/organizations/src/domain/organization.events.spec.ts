import { describe, it } from '@jest/globals';
import type { AccountId, ProjectId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { organizationEvents } from './organization.events.js';

const ownerId = 'user_3fT8' as AccountId;
const defaultProjectId = 'proj_9aZ0' as ProjectId;

describe('the stored bytes of an organization', () => {
  it.each(
    bytesOf(organizationEvents, [
      [
        '{"type":"OrganizationCreated","version":1,"data":{"name":"Acme","ownerId":"user_3fT8","defaultProjectId":"proj_9aZ0"}}',
        { type: 'OrganizationCreated', data: { name: 'Acme', ownerId, defaultProjectId } },
      ],
      [
        '{"type":"OrganizationRenamed","version":1,"data":{"name":"Acme & Söhne"}}',
        { type: 'OrganizationRenamed', data: { name: 'Acme & Söhne' } },
      ],
      [
        '{"type":"MembershipMethodSelected","version":1,"data":{"method":"sso"}}',
        { type: 'MembershipMethodSelected', data: { method: 'sso' } },
      ],
      [
        '{"type":"MembershipMethodSelected","version":1,"data":{"method":"invitation"}}',
        { type: 'MembershipMethodSelected', data: { method: 'invitation' } },
      ],
      ['{"type":"MultiProjectEnabled","version":1,"data":{}}', { type: 'MultiProjectEnabled', data: {} }],
      ['{"type":"MultiProjectDisabled","version":1,"data":{}}', { type: 'MultiProjectDisabled', data: {} }],
      [
        '{"type":"ExternalCollaboratorsBetaEnabled","version":1,"data":{}}',
        { type: 'ExternalCollaboratorsBetaEnabled', data: {} },
      ],
      [
        '{"type":"ExternalCollaboratorsBetaDisabled","version":1,"data":{}}',
        { type: 'ExternalCollaboratorsBetaDisabled', data: {} },
      ],
      ['{"type":"InvitationsEnabled","version":1,"data":{}}', { type: 'InvitationsEnabled', data: {} }],
      ['{"type":"InvitationsDisabled","version":1,"data":{}}', { type: 'InvitationsDisabled', data: {} }],
      ['{"type":"RequireJoinEnabled","version":1,"data":{}}', { type: 'RequireJoinEnabled', data: {} }],
      ['{"type":"RequireJoinDisabled","version":1,"data":{}}', { type: 'RequireJoinDisabled', data: {} }],
      ['{"type":"OrganizationSuspended","version":1,"data":{}}', { type: 'OrganizationSuspended', data: {} }],
      ['{"type":"OrganizationResumed","version":1,"data":{}}', { type: 'OrganizationResumed', data: {} }],
      [
        '{"type":"PrivacySettingsUpdated","version":1,"data":{"storePrompts":true,"trainingOptIn":false,"passthroughModels":true}}',
        {
          type: 'PrivacySettingsUpdated',
          data: { storePrompts: true, trainingOptIn: false, passthroughModels: true },
        },
      ],
      [
        '{"type":"OwnershipTransferred","version":1,"data":{"from":"user_3fT8","to":"user_8kQ1"}}',
        { type: 'OwnershipTransferred', data: { from: ownerId, to: 'user_8kQ1' as AccountId } },
      ],
    ]),
  )('%s', (_, check) => check());
});
