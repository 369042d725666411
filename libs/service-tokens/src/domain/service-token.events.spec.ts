import { describe, it } from '@jest/globals';
import type { Digest, OrganizationId, Timestamp } from '#libs/kernel';
import { bytesOf } from '#libs/kernel/testing';
import { serviceTokenEvents } from './service-token.events.js';

const digest = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00' as Digest;

describe('the stored bytes of a service token', () => {
  it.each(
    bytesOf(serviceTokenEvents, [
      [
        '{"type":"ServiceTokenCreated","version":1,"data":{"name":"gateway","scopes":["decisions","watch"],"organizationIds":null,"digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","expiresAt":null}}',
        {
          type: 'ServiceTokenCreated',
          data: { name: 'gateway', scopes: ['decisions', 'watch'], organizationIds: null, digest, expiresAt: null },
        },
      ],
      [
        '{"type":"ServiceTokenCreated","version":1,"data":{"name":"idp","scopes":["act-as","audit","identity","replica","resources"],"organizationIds":["org_7bQ2"],"digest":"c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00","expiresAt":"2027-01-01T00:00:00.000Z"}}',
        {
          type: 'ServiceTokenCreated',
          data: {
            name: 'idp',
            scopes: ['act-as', 'audit', 'identity', 'replica', 'resources'],
            organizationIds: ['org_7bQ2' as OrganizationId],
            digest,
            expiresAt: '2027-01-01T00:00:00.000Z' as Timestamp,
          },
        },
      ],
      ['{"type":"ServiceTokenRevoked","version":1,"data":{}}', { type: 'ServiceTokenRevoked', data: {} }],
    ]),
  )('%s', (_, check) => check());
});
