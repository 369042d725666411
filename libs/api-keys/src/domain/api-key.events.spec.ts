import { describe, it } from '@jest/globals';
import type { AccountId, ApiKeyId, Digest, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { apiKeyEvents } from './api-key.events.js';

const place = { organizationId: 'org_7bQ2' as OrganizationId, projectId: 'proj_9aZ0' as ProjectId };
const key = { ...place, digest: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00' as Digest };
const expiresAt = '2027-01-01T00:00:00.000Z' as Timestamp;
const made = { ...key, name: 'ci', hint: 'writ_…4Yx9', createdBy: 'user_3fT8' as AccountId };

describe('the stored bytes of a key', () => {
  it.each(
    bytesOf(apiKeyEvents, [
      [
        '{"type":"KeyCreated","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","name":"ci","hint":"writ_…4Yx9","createdBy":"user_3fT8","expiresAt":null,"replaces":null}}',
        { type: 'KeyCreated', data: { ...made, expiresAt: null, replaces: null } },
      ],
      [
        '{"type":"KeyCreated","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","name":"ci","hint":"writ_…4Yx9","createdBy":"user_3fT8","expiresAt":"2027-01-01T00:00:00.000Z","replaces":"key_2wE5"}}',
        { type: 'KeyCreated', data: { ...made, expiresAt, replaces: 'key_2wE5' as ApiKeyId } },
      ],
      [
        '{"type":"KeyRenamed","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","name":"deploy"}}',
        { type: 'KeyRenamed', data: { ...place, name: 'deploy' } },
      ],
      [
        '{"type":"KeyExpirationSet","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","expiresAt":"2027-01-01T00:00:00.000Z"}}',
        { type: 'KeyExpirationSet', data: { ...key, expiresAt } },
      ],
      [
        '{"type":"KeyExpirationCanceled","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"}}',
        { type: 'KeyExpirationCanceled', data: key },
      ],
      [
        '{"type":"KeyRevoked","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"}}',
        { type: 'KeyRevoked', data: key },
      ],
    ]),
  )('%s', (_, check) => check());
});
