import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AccountId,
  type ApiKeyId,
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
import type { PepperName } from './foreign.js';

const given = specify(apiKey);
type Of<Type extends ApiKeyCommand['type']> = Extract<ApiKeyCommand, { type: Type }>;

const [before, now, soon, later, latest] = [
  '2026-03-01T11:59:59.999Z',
  '2026-03-01T12:00:00.000Z',
  '2026-03-01T12:00:00.001Z',
  '2026-04-01T00:00:00.000Z',
  '2026-05-01T00:00:00.000Z',
] as [Timestamp, Timestamp, Timestamp, Timestamp, Timestamp];

const place = { organizationId: 'org_acme' as OrganizationId, projectId: 'proj_site' as ProjectId };
const key = { ...place, digest: 'ab'.repeat(32) as Digest };
const [ann, bob] = ['user_ann' as AccountId, 'user_bob' as AccountId];
const young = { digest: 'cd'.repeat(32) as Digest, hint: 'writ_…9Zz0', createdBy: bob };
const replacedBy = 'key_young' as ApiKeyId;

/** Without an overlap, unless `endsAt` is another. */
const rotate = (more: Partial<Of<'RotateKey'>> = {}): Of<'RotateKey'> => ({
  type: 'RotateKey',
  ...young,
  replacedBy,
  endsAt: now,
  archived: false,
  now,
  ...more,
});
const update = (change: Partial<Of<'UpdateKey'>>): Of<'UpdateKey'> => ({ type: 'UpdateKey', now, ...change });
const revoke: ApiKeyCommand = { type: 'RevokeKey' };

const created = (expiresAt: Timestamp | null = null): ApiKeyEvent => ({
  type: 'KeyCreated',
  data: { ...key, name: 'ci', hint: 'writ_…4Yx9', createdBy: ann, expiresAt, replaces: null },
});
const renamed: ApiKeyEvent = { type: 'KeyRenamed', data: { ...place, name: 'deploy' } };
const expires = (expiresAt: Timestamp): ApiKeyEvent => ({ type: 'KeyExpirationSet', data: { ...key, expiresAt } });
const neverExpires: ApiKeyEvent = { type: 'KeyExpirationCanceled', data: key };
const revoked: ApiKeyEvent = { type: 'KeyRevoked', data: key };
const replaced = (
  endsAt: Timestamp,
  { name = 'ci', expiresAt = null }: { readonly name?: string; readonly expiresAt?: Timestamp | null } = {},
): ApiKeyEvent => ({
  type: 'KeyReplaced',
  data: { ...key, endsAt, replacedBy, replacement: { ...young, name, expiresAt } },
});

describe('rotating a key', () => {
  it('KEY-25: ends it at once, and says all about the one in its place', () =>
    given(created()).when(rotate()).then(replaced(now)));
  it('KEY-25: lets it go on for the overlap', () =>
    given(created())
      .when(rotate({ endsAt: later }))
      .then(replaced(later)));
  it('gives the name and the expiration that it has now to the one in its place', () => {
    given(created(later), renamed)
      .when(rotate())
      .then(replaced(now, { name: 'deploy', expiresAt: later }));
    given(created(later), neverExpires).when(rotate()).then(replaced(now));
    given(created(), expires(later))
      .when(rotate())
      .then(replaced(now, { expiresAt: later }));
  });
  it('never lets it live longer than it would have: its expiration is the end of the overlap where that is sooner', () => {
    given(created(later))
      .when(rotate({ endsAt: latest }))
      .then(replaced(later, { expiresAt: later }));
    given(created(later))
      .when(rotate({ endsAt: later }))
      .then(replaced(later, { expiresAt: later }));
    given(created(latest))
      .when(rotate({ endsAt: later }))
      .then(replaced(later, { expiresAt: latest }));
    given(created(soon))
      .when(rotate({ endsAt: now }))
      .then(replaced(now, { expiresAt: soon }));
  });
  it('AMB-17: is too late at exactly its expiration, and not a millisecond before', () => {
    given(created(now)).when(rotate()).refuses({ _tag: 'KeyExpired' });
    given(created(before)).when(rotate()).refuses({ _tag: 'KeyExpired' });
    given(created(soon))
      .when(rotate())
      .then(replaced(now, { expiresAt: soon }));
  });
  it('AMB-18: of a revoked key is refused, whatever else it is', () => {
    given(created(), revoked).when(rotate()).refuses({ _tag: 'KeyRevoked' });
    given(created(before), revoked).when(rotate()).refuses({ _tag: 'KeyRevoked' });
    given(created(), replaced(later), revoked).when(rotate()).refuses({ _tag: 'KeyRevoked' });
  });
  it('a second time is refused: in the overlap it is replaced, from its end on superseded', () => {
    given(created(), replaced(soon)).when(rotate()).refuses({ _tag: 'KeyReplaced', endsAt: soon });
    given(created(), replaced(now)).when(rotate()).refuses({ _tag: 'KeySuperseded' });
    given(created(), replaced(before)).when(rotate()).refuses({ _tag: 'KeySuperseded' });
  });
  it('AMB-42: in an archived project is refused, once nothing of the key itself stands against it', () => {
    given(created())
      .when(rotate({ archived: true }))
      .refuses({ _tag: 'ProjectArchived' });
    given(created(), revoked)
      .when(rotate({ archived: true }))
      .refuses({ _tag: 'KeyRevoked' });
    given(created(), replaced(later))
      .when(rotate({ archived: true }))
      .refuses({ _tag: 'KeyReplaced', endsAt: later });
  });
  it('AMB-16: of a key that never was, finds none', () => given().when(rotate()).refuses(notFound('api key')));
});

describe('a key that was replaced', () => {
  it('may be renamed in the overlap, which changes nothing of the one in its place', () =>
    given(created(), replaced(later))
      .when(update({ name: 'deploy' }))
      .then(renamed));
  it('may end sooner than the overlap, and be given that back', () => {
    given(created(), replaced(later))
      .when(update({ expiresAt: soon }))
      .then(expires(soon));
    given(created(), replaced(later), expires(soon))
      .when(update({ expiresAt: later }))
      .then(expires(later));
  });
  it('never ends later than the overlap', () => {
    const refusal = { _tag: 'KeyReplaced', endsAt: later } as const;
    for (const past of [created(), created(latest)]) {
      given(past, replaced(later))
        .when(update({ expiresAt: latest }))
        .refuses(refusal);
      given(past, replaced(later))
        .when(update({ expiresAt: null }))
        .refuses(refusal);
      given(past, replaced(later))
        .when(update({ name: 'deploy', expiresAt: latest }))
        .refuses(refusal);
    }
    given(created(), replaced(later), expires(soon))
      .when(update({ expiresAt: null }))
      .refuses(refusal);
  });
  it('given the end that it is shown with, which is the overlap’s, is no new event', () => {
    given(created(), replaced(later))
      .when(update({ expiresAt: later }))
      .changesNothing();
    given(created(latest), replaced(later))
      .when(update({ expiresAt: later }))
      .changesNothing();
    given(created(latest), replaced(later))
      .when(update({ name: 'deploy', expiresAt: later }))
      .then(renamed);
    given(created(), replaced(later), expires(soon))
      .when(update({ expiresAt: soon }))
      .changesNothing();
  });
  it('AMB-18: is over at exactly the end of the overlap, and not a millisecond before', () => {
    given(created(), replaced(soon))
      .when(update({ name: 'deploy' }))
      .then(renamed);
    given(created(), replaced(now))
      .when(update({ name: 'deploy' }))
      .refuses({ _tag: 'KeySuperseded' });
    given(created(), replaced(before))
      .when(update({ expiresAt: later }))
      .refuses({ _tag: 'KeySuperseded' });
  });
  it('AMB-18: that expired first is expired, until the overlap would be over too', () => {
    given(created(), replaced(soon), expires(now))
      .when(update({ name: 'deploy' }))
      .refuses({ _tag: 'KeyExpired' });
    given(created(), replaced(soon), expires(now))
      .when(update({ name: 'deploy', now: soon }))
      .refuses({ _tag: 'KeySuperseded' });
    given(created(now), replaced(now, { expiresAt: now }))
      .when(update({ name: 'deploy' }))
      .refuses({ _tag: 'KeySuperseded' });
  });
  it('AMB-18: a past expiration is refused as ever', () =>
    given(created(), replaced(later))
      .when(update({ expiresAt: now }))
      .refuses({ _tag: 'ExpiryInThePast', expiresAt: now }));
  it('KEY-23, AMB-16: may be revoked, in the overlap and after it, once', () => {
    given(created(), replaced(later)).when(revoke).then(revoked);
    given(created(), replaced(before)).when(revoke).then(revoked);
    given(created(), replaced(before), revoked).when(revoke).changesNothing();
  });
});

describe('the key in its place', () => {
  const succeed: Of<'SucceedKey'> = {
    type: 'SucceedKey',
    ...place,
    ...young,
    name: 'ci',
    expiresAt: later,
    replaces: 'key_old' as ApiKeyId,
  };
  const succeeded: ApiKeyEvent = {
    type: 'KeyCreated',
    data: { ...place, ...young, name: 'ci', expiresAt: later, replaces: 'key_old' as ApiKeyId },
  };

  it('is made as the rotation says, and by whoever finishes it only once', () => {
    given().when(succeed).then(succeeded);
    given(succeeded).when(succeed).changesNothing();
    given(succeeded, { type: 'KeyRevoked', data: { ...place, digest: young.digest } })
      .when(succeed)
      .changesNothing();
  });
  it('is made even where its time is over by then: the rotation was decided in time', () =>
    given()
      .when({ ...succeed, expiresAt: before })
      .then({ ...succeeded, data: { ...succeeded.data, expiresAt: before } }));
  it('may be rotated in its turn', () =>
    given(succeeded)
      .when(rotate({ replacedBy: 'key_third' as ApiKeyId, digest: 'ef'.repeat(32) as Digest }))
      .then({
        type: 'KeyReplaced',
        data: {
          ...place,
          digest: young.digest,
          endsAt: now,
          replacedBy: 'key_third' as ApiKeyId,
          replacement: {
            digest: 'ef'.repeat(32) as Digest,
            hint: young.hint,
            createdBy: bob,
            name: 'ci',
            expiresAt: later,
          },
        },
      }));
});

describe('importing a key', () => {
  const content = {
    ...key,
    name: 'old system',
    hint: '…',
    algorithm: 'hmac-sha256' as const,
    pepper: 'main' as PepperName,
    externalId: '42',
  };
  const importing = (expiresAt: Timestamp | null = null): Of<'ImportKey'> => ({
    type: 'ImportKey',
    ...content,
    expiresAt,
    archived: false,
    now,
  });
  const imported = (expiresAt: Timestamp | null = null): ApiKeyEvent => ({
    type: 'KeyImported',
    data: { ...content, expiresAt },
  });

  it('is recorded with where it came from, and no more of its secret than a digest', () => {
    given().when(importing()).then(imported());
    given().when(importing(soon)).then(imported(soon));
  });
  it('AMB-16: the same again is no new event, whatever has become of it', () => {
    given(imported()).when(importing()).changesNothing();
    given(imported(), revoked).when(importing()).changesNothing();
    given(imported(before)).when(importing(before)).changesNothing();
    given(imported())
      .when({ ...importing(), archived: true })
      .changesNothing();
  });
  it('KEY-06: into another project is refused: it never moves', () =>
    given(imported())
      .when({ ...importing(), projectId: 'proj_shop' as ProjectId })
      .refuses({ _tag: 'KeyExists' }));
  it('AMB-17, AMB-18: with an end in the past is refused, and now is past', () =>
    given().when(importing(now)).refuses({ _tag: 'ExpiryInThePast', expiresAt: now }));
  it('AMB-42: into an archived project is refused', () =>
    given()
      .when({ ...importing(), archived: true })
      .refuses({ _tag: 'ProjectArchived' }));
  it('is as good a key as any: changed, rotated and revoked', () => {
    given(imported())
      .when(update({ name: 'deploy' }))
      .then(renamed);
    given(imported())
      .when(rotate())
      .then(replaced(now, { name: 'old system' }));
    given(imported()).when(revoke).then(revoked);
  });
});

const anyTime = fc.constantFrom(before, now, soon, later, latest);
const anyEnd = fc.option(anyTime);
const anyCommand: fc.Arbitrary<ApiKeyCommand> = fc.oneof(
  fc.record({ expiresAt: anyEnd, now: anyTime }).map(({ expiresAt, now: at }): ApiKeyCommand => ({
    type: 'CreateKey',
    ...key,
    name: 'ci',
    hint: 'writ_…4Yx9',
    createdBy: ann,
    expiresAt,
    archived: false,
    now: at,
  })),
  fc.record({ endsAt: anyTime, now: anyTime, archived: fc.boolean() }).map(rotate),
  fc.record({ name: fc.constantFrom('ci', 'deploy'), expiresAt: anyEnd, now: anyTime }).map(update),
  fc.constant(revoke),
);

it('a key that is rotated, too, may be retried at will', () => repeatable(apiKey, anyCommand));
