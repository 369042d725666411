import { describe, it } from '@jest/globals';
import type { AccountId, ApiKeyId, Digest, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { apiKeyEvents } from './api-key.events.js';
import type { PepperName } from './foreign.js';

const place = { organizationId: 'org_7bQ2' as OrganizationId, projectId: 'proj_9aZ0' as ProjectId };
const key = { ...place, digest: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00' as Digest };
const expiresAt = '2027-01-01T00:00:00.000Z' as Timestamp;
const endsAt = '2026-03-02T00:00:00.000Z' as Timestamp;
const replacedBy = 'key_2wE5' as ApiKeyId;
const replacement = {
  digest: 'decade00decade00decade00decade00decade00decade00decade00decade00' as Digest,
  name: 'ci',
  hint: 'writ_…9Zz0',
  createdBy: 'user_3fT8' as AccountId,
};
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
      [
        '{"type":"KeyReplaced","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","endsAt":"2026-03-02T00:00:00.000Z","replacedBy":"key_2wE5","replacement":{"digest":"decade00decade00decade00decade00decade00decade00decade00decade00","name":"ci","hint":"writ_…9Zz0","createdBy":"user_3fT8","expiresAt":null}}}',
        { type: 'KeyReplaced', data: { ...key, endsAt, replacedBy, replacement: { ...replacement, expiresAt: null } } },
      ],
      [
        '{"type":"KeyReplaced","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","endsAt":"2026-03-02T00:00:00.000Z","replacedBy":"key_2wE5","replacement":{"digest":"decade00decade00decade00decade00decade00decade00decade00decade00","name":"ci","hint":"writ_…9Zz0","createdBy":"user_3fT8","expiresAt":"2027-01-01T00:00:00.000Z"}}}',
        { type: 'KeyReplaced', data: { ...key, endsAt, replacedBy, replacement: { ...replacement, expiresAt } } },
      ],
      [
        '{"type":"KeyImported","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","name":"ci","hint":"…","expiresAt":null,"algorithm":"sha256","pepper":null,"externalId":null}}',
        {
          type: 'KeyImported',
          data: {
            ...key,
            name: 'ci',
            hint: '…',
            expiresAt: null,
            algorithm: 'sha256',
            pepper: null,
            externalId: null,
          },
        },
      ],
      [
        '{"type":"KeyImported","version":1,"data":{"organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","name":"ci","hint":"…","expiresAt":"2027-01-01T00:00:00.000Z","algorithm":"hmac-sha256","pepper":"old.system-1","externalId":"42"}}',
        {
          type: 'KeyImported',
          data: {
            ...key,
            name: 'ci',
            hint: '…',
            expiresAt,
            algorithm: 'hmac-sha256',
            pepper: 'old.system-1' as PepperName,
            externalId: '42',
          },
        },
      ],
    ]),
  )('%s', (_, check) => check());
});
