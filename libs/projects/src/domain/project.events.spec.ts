import { describe, it } from '@jest/globals';
import type { AccountId, OrganizationId, ProjectId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { projectEvents, slugEvents } from './project.events.js';

const organizationId = 'org_7bQ2' as OrganizationId;
const projectId = 'proj_9aZ0' as ProjectId;
const createdBy = 'user_3fT8' as AccountId;

describe('the stored bytes of a project', () => {
  it.each(
    bytesOf(projectEvents, [
      [
        '{"type":"DefaultProjectCreated","version":1,"data":{"organizationId":"org_7bQ2","name":"Default","slug":"acme-default","visibility":"open"}}',
        {
          type: 'DefaultProjectCreated',
          data: { organizationId, name: 'Default', slug: 'acme-default', visibility: 'open' },
        },
      ],
      [
        '{"type":"ProjectCreated","version":1,"data":{"organizationId":"org_7bQ2","name":"Site","slug":"site","visibility":"private","createdBy":"user_3fT8"}}',
        {
          type: 'ProjectCreated',
          data: { organizationId, name: 'Site', slug: 'site', visibility: 'private', createdBy },
        },
      ],
      [
        '{"type":"ProjectRenamed","version":1,"data":{"name":"Shop"}}',
        { type: 'ProjectRenamed', data: { name: 'Shop' } },
      ],
      [
        '{"type":"ProjectVisibilityChanged","version":1,"data":{"visibility":"closed"}}',
        { type: 'ProjectVisibilityChanged', data: { visibility: 'closed' } },
      ],
      [
        '{"type":"ExternalCollaboratorsAllowed","version":1,"data":{}}',
        { type: 'ExternalCollaboratorsAllowed', data: {} },
      ],
      [
        '{"type":"ExternalCollaboratorsDisallowed","version":1,"data":{}}',
        { type: 'ExternalCollaboratorsDisallowed', data: {} },
      ],
      ['{"type":"ProjectArchived","version":1,"data":{}}', { type: 'ProjectArchived', data: {} }],
      ['{"type":"ProjectUnarchived","version":1,"data":{}}', { type: 'ProjectUnarchived', data: {} }],
      [
        '{"type":"ProjectSlugChanged","version":1,"data":{"slug":"shop"}}',
        { type: 'ProjectSlugChanged', data: { slug: 'shop' } },
      ],
    ]),
  )('%s', (_, check) => check());
});

describe('the stored bytes of a slug', () => {
  it.each(
    bytesOf(slugEvents, [
      [
        '{"type":"SlugReserved","version":1,"data":{"projectId":"proj_9aZ0","organizationId":"org_7bQ2","name":"Site","visibility":"private","createdBy":"user_3fT8","isDefault":false}}',
        {
          type: 'SlugReserved',
          data: { projectId, organizationId, name: 'Site', visibility: 'private', createdBy, isDefault: false },
        },
      ],
      [
        '{"type":"SlugClaimed","version":1,"data":{"projectId":"proj_9aZ0"}}',
        { type: 'SlugClaimed', data: { projectId } },
      ],
    ]),
  )('%s', (_, check) => check());
});
