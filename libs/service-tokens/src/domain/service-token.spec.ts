import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { type Digest, notFound, type OrganizationId, type Timestamp } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { serviceToken, type ServiceTokenCommand } from './service-token.decider.js';
import type { Scope, ServiceTokenEvent } from './service-token.events.js';

const given = specify(serviceToken);
type Create = Extract<ServiceTokenCommand, { type: 'CreateServiceToken' }>;
type Created = Extract<ServiceTokenEvent, { type: 'ServiceTokenCreated' }>;

const now = '2026-03-01T12:00:00.000Z' as Timestamp;
const [before, after] = ['2026-03-01T11:59:59.999Z', '2026-03-01T12:00:00.001Z'] as [Timestamp, Timestamp];
const [acme, zeta] = ['org_acme', 'org_zeta'] as [OrganizationId, OrganizationId];

const common = { name: 'gateway', digest: 'ab'.repeat(32) as Digest, expiresAt: null };
const create: Create = { ...common, type: 'CreateServiceToken', scopes: ['decisions'], organizationIds: null, now };
const data: Created['data'] = { ...common, scopes: ['decisions'], organizationIds: null };
const created = (also: Partial<Created['data']> = {}): ServiceTokenEvent => ({
  type: 'ServiceTokenCreated',
  data: { ...data, ...also },
});
const revoke: ServiceTokenCommand = { type: 'RevokeServiceToken' };
const revoked: ServiceTokenEvent = { type: 'ServiceTokenRevoked', data: {} };

describe('creating a service token', () => {
  it('is recorded with its digest, and without the time it was asked at', () => given().when(create).then(created()));
  it('names each scope and organization once, in order', () =>
    given()
      .when({ ...create, scopes: ['watch', 'audit', 'watch'], organizationIds: [zeta, acme, zeta] })
      .then(created({ scopes: ['audit', 'watch'], organizationIds: [acme, zeta] })));
  it('for no organization at all is not for every organization', () =>
    given()
      .when({ ...create, organizationIds: [] })
      .then(created({ organizationIds: [] })));
  it('AMB-17: must end after now, and not at now', () => {
    given()
      .when({ ...create, expiresAt: after })
      .then(created({ expiresAt: after }));
    given()
      .when({ ...create, expiresAt: now })
      .refuses({ _tag: 'ExpiryInThePast', expiresAt: now });
    given()
      .when({ ...create, expiresAt: before })
      .refuses({ _tag: 'ExpiryInThePast', expiresAt: before });
  });
  it('does not bring one back, nor change it', () => {
    given(created())
      .when({ ...create, scopes: ['audit'] })
      .changesNothing();
    given(created(), revoked).when(create).changesNothing();
  });
});

describe('revoking a service token', () => {
  it('is recorded', () => given(created()).when(revoke).then(revoked));
  it('AMB-16: a second time is no new event', () => given(created(), revoked).when(revoke).changesNothing());
  it('AMB-16: one that never was is not found', () => given().when(revoke).refuses(notFound('service token')));
});

const anyCommand = fc.oneof(
  fc.constant(revoke),
  fc
    .record({
      scopes: fc.array(fc.constantFrom<Scope>('decisions', 'audit', 'act-as', 'watch')),
      organizationIds: fc.option(fc.array(fc.constantFrom(acme, zeta))),
      expiresAt: fc.constantFrom(null, before, now, after),
    })
    .map((also): ServiceTokenCommand => ({ ...create, ...also })),
);

it('may be retried at will', () => repeatable(serviceToken, anyCommand));
