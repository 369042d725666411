import { describe, it } from '@jest/globals';
import type { ApiKeyId, Digest, OrganizationId, ProjectId } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import type { PepperName } from './foreign.js';
import { legacyKeyEvents } from './legacy-key.events.js';

const place = {
  keyId: 'key_2wE5' as ApiKeyId,
  organizationId: 'org_7bQ2' as OrganizationId,
  projectId: 'proj_9aZ0' as ProjectId,
};
const digest = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00' as Digest;
const supersedes = 'decade00decade00decade00decade00decade00decade00decade00decade00' as Digest;

describe('the stored bytes of a legacy key', () => {
  it.each(
    bytesOf(legacyKeyEvents, [
      [
        '{"type":"LegacyKeyIssued","version":1,"data":{"keyId":"key_2wE5","organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","hint":"writ_…4Yx9"}}',
        { type: 'LegacyKeyIssued', data: { ...place, digest, hint: 'writ_…4Yx9' } },
      ],
      [
        '{"type":"LegacyKeyImported","version":1,"data":{"keyId":"key_2wE5","organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","name":"main","hint":"…","algorithm":"sha512","pepper":null,"externalId":null}}',
        {
          type: 'LegacyKeyImported',
          data: { ...place, digest, name: 'main', hint: '…', algorithm: 'sha512', pepper: null, externalId: null },
        },
      ],
      [
        '{"type":"LegacyKeyImported","version":1,"data":{"keyId":"key_2wE5","organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","name":"main","hint":"…","algorithm":"hmac-sha256","pepper":"old.system-1","externalId":"42"}}',
        {
          type: 'LegacyKeyImported',
          data: {
            ...place,
            digest,
            name: 'main',
            hint: '…',
            algorithm: 'hmac-sha256',
            pepper: 'old.system-1' as PepperName,
            externalId: '42',
          },
        },
      ],
      [
        '{"type":"LegacyKeyRegenerated","version":1,"data":{"keyId":"key_2wE5","organizationId":"org_7bQ2","projectId":"proj_9aZ0","digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","supersedes":"decade00decade00decade00decade00decade00decade00decade00decade00","hint":"writ_…9Zz0","secretVersion":2}}',
        {
          type: 'LegacyKeyRegenerated',
          data: { ...place, digest, supersedes, hint: 'writ_…9Zz0', secretVersion: 2 },
        },
      ],
      [
        '{"type":"LegacyKeyRevealed","version":1,"data":{"keyId":"key_2wE5","organizationId":"org_7bQ2","projectId":"proj_9aZ0","secretVersion":2}}',
        { type: 'LegacyKeyRevealed', data: { ...place, secretVersion: 2 } },
      ],
    ]),
  )('%s', (_, check) => check());
});
