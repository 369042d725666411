import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AccountId,
  type Digest,
  notFound,
  type OrganizationId,
  type ProjectId,
  type Timestamp,
} from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import type { ApiKeyCommand } from './api-key.js';
import { apiKey } from './api-key.decider.js';
import type { ApiKeyEvent } from './api-key.events.js';

const given = specify(apiKey);
type Create = Extract<ApiKeyCommand, { type: 'CreateKey' }>;
type Update = Extract<ApiKeyCommand, { type: 'UpdateKey' }>;

const [past, now, soon, later] = [
  '2026-03-01T11:59:59.999Z',
  '2026-03-01T12:00:00.000Z',
  '2026-03-01T12:00:00.001Z',
  '2026-04-01T00:00:00.000Z',
] as [Timestamp, Timestamp, Timestamp, Timestamp];

const place = { organizationId: 'org_acme' as OrganizationId, projectId: 'proj_site' as ProjectId };
const key = { ...place, digest: 'ab'.repeat(32) as Digest };
const content = { ...key, name: 'ci', hint: 'writ_…4Yx9', createdBy: 'user_ann' as AccountId };

const create = (expiresAt: Timestamp | null = null): Create => ({
  type: 'CreateKey',
  ...content,
  expiresAt,
  archived: false,
  now,
});
const update = (change: Pick<Update, 'name' | 'expiresAt'>): Update => ({ type: 'UpdateKey', ...change, now });
const revoke: ApiKeyCommand = { type: 'RevokeKey' };

const created = (expiresAt: Timestamp | null = null): ApiKeyEvent => ({
  type: 'KeyCreated',
  data: { ...content, expiresAt, replaces: null },
});
const renamed = (name: string): ApiKeyEvent => ({ type: 'KeyRenamed', data: { ...place, name } });
const expires = (expiresAt: Timestamp): ApiKeyEvent => ({ type: 'KeyExpirationSet', data: { ...key, expiresAt } });
const neverExpires: ApiKeyEvent = { type: 'KeyExpirationCanceled', data: key };
const revoked: ApiKeyEvent = { type: 'KeyRevoked', data: key };

describe('creating a key', () => {
  it('KEY-06, KEY-14: is recorded with its project and its digest', () => given().when(create()).then(created()));
  it('KEY-14: may set its end', () => given().when(create(later)).then(created(later)));
  it('AMB-18: an end in the past is refused, and now is past (AMB-17)', () => {
    given().when(create(soon)).then(created(soon));
    given().when(create(now)).refuses({ _tag: 'ExpiryInThePast', expiresAt: now });
    given().when(create(past)).refuses({ _tag: 'ExpiryInThePast', expiresAt: past });
  });
  it('AMB-42: in an archived project is refused', () =>
    given()
      .when({ ...create(), archived: true })
      .refuses({ _tag: 'ProjectArchived' }));
  it('KEY-06: never moves one to another project, nor brings one back', () => {
    given(created())
      .when({ ...create(), projectId: 'proj_shop' as ProjectId })
      .refuses({ _tag: 'KeyExists' });
    given(created(), revoked).when(create()).refuses({ _tag: 'KeyExists' });
  });
});

describe('renaming a key', () => {
  it('PRM-30: is recorded', () =>
    given(created())
      .when(update({ name: 'deploy' }))
      .then(renamed('deploy')));
  it('to the name it has is no new event', () => {
    given(created())
      .when(update({ name: 'ci' }))
      .changesNothing();
    given(created(), renamed('deploy'))
      .when(update({ name: 'deploy' }))
      .changesNothing();
  });
  it('leaves its end as it is', () =>
    given(created(later), renamed('x'))
      .when(update({ expiresAt: later }))
      .changesNothing());
});

describe('the expiration of a key', () => {
  it('KEY-19: may be set later', () =>
    given(created())
      .when(update({ expiresAt: later }))
      .then(expires(later)));
  it('AMB-18: may be moved earlier or later while the key is active', () => {
    given(created(later))
      .when(update({ expiresAt: soon }))
      .then(expires(soon));
    given(created(soon))
      .when(update({ expiresAt: later }))
      .then(expires(later));
  });
  it('KEY-20: may be cancelled', () => {
    given(created(later))
      .when(update({ expiresAt: null }))
      .then(neverExpires);
    given(created(), expires(later))
      .when(update({ expiresAt: null }))
      .then(neverExpires);
  });
  it('set to what it is, is no new event', () => {
    given(created())
      .when(update({ expiresAt: null }))
      .changesNothing();
    given(created(later))
      .when(update({ expiresAt: later }))
      .changesNothing();
    given(created(later), neverExpires)
      .when(update({ expiresAt: null }))
      .changesNothing();
  });
  it('is changed together with the name, as two events', () =>
    given(created())
      .when(update({ name: 'deploy', expiresAt: later }))
      .then(renamed('deploy'), expires(later)));
  it('AMB-18: an end in the past is refused, and nothing else of the change is done', () => {
    given(created())
      .when(update({ name: 'deploy', expiresAt: past }))
      .refuses({ _tag: 'ExpiryInThePast', expiresAt: past });
    given(created())
      .when(update({ expiresAt: now }))
      .refuses({ _tag: 'ExpiryInThePast', expiresAt: now });
  });
  it('KEY-22, AMB-18: of an expired key stays as it ended', () => {
    given(created(now))
      .when(update({ expiresAt: later }))
      .refuses({ _tag: 'KeyExpired' });
    given(created(past))
      .when(update({ expiresAt: null }))
      .refuses({ _tag: 'KeyExpired' });
    given(created(), expires(past))
      .when(update({ name: 'deploy' }))
      .refuses({ _tag: 'KeyExpired' });
  });
  it('AMB-17: one millisecond before its end a key is active', () =>
    given(created(soon))
      .when(update({ expiresAt: later }))
      .then(expires(later)));
  it('AMB-18: of a revoked key stays as it ended', () => {
    given(created(), revoked)
      .when(update({ expiresAt: later }))
      .refuses({ _tag: 'KeyRevoked' });
    given(created(later), revoked)
      .when(update({ expiresAt: null }))
      .refuses({ _tag: 'KeyRevoked' });
    given(created(past), revoked)
      .when(update({ name: 'deploy' }))
      .refuses({ _tag: 'KeyRevoked' });
  });
});

describe('revoking a key', () => {
  it('KEY-23: is recorded, and says by itself which key it means', () => given(created()).when(revoke).then(revoked));
  it('AMB-16: a second time is no new event', () => given(created(), revoked).when(revoke).changesNothing());
  it('an expired key may still be revoked', () => given(created(past)).when(revoke).then(revoked));
});

it('AMB-16: a key that never was is not found', () => {
  given().when(revoke).refuses(notFound('api key'));
  given()
    .when(update({ name: 'deploy' }))
    .refuses(notFound('api key'));
  given()
    .when(update({ expiresAt: past }))
    .refuses(notFound('api key'));
});

const anyTime = fc.constantFrom(past, now, soon, later);
const anyEnd = fc.option(anyTime);
const anyCommand = fc.oneof(
  anyEnd.map(create),
  fc
    .record({ name: fc.constantFrom('ci', 'deploy'), expiresAt: anyEnd, now: anyTime }, { requiredKeys: ['now'] })
    .map((change): ApiKeyCommand => ({ type: 'UpdateKey', ...change })),
  fc.constant(revoke),
);

it('may be retried at will', () => repeatable(apiKey, anyCommand));
