import { describe, expect, it } from '@jest/globals';
import type { ApiKeyEvent, LegacyKeyEvent } from '#libs/api-keys/events';
import type { Actor } from '#libs/event-store';
import type { AccountId, ApiKeyId, Digest, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import type { Cited } from '../explanation/cited.js';
import { livedKey, livedLegacyKey } from './lives.js';
import { refusalOf } from './refusal.js';

const at = (minute: number) => `2026-03-02T10:${String(minute).padStart(2, '0')}:00.000Z` as Timestamp;
const key = { organizationId: 'org_1' as OrganizationId, projectId: 'proj_1' as ProjectId, digest: 'd' as Digest };
const operator: Actor = { type: 'operator' };

/** Each in the minute that its position says. */
const happened = <E extends ApiKeyEvent | LegacyKeyEvent>(minute: number, event: E): Cited<E> => ({
  position: BigInt(minute),
  at: at(minute),
  actor: operator,
  via: null,
  id: 'key_1',
  event,
});
const made = (expiresAt: Timestamp | null = null) =>
  happened<ApiKeyEvent>(1, {
    type: 'KeyCreated',
    data: { ...key, name: 'ci', hint: 'writ_…', createdBy: 'user_1' as AccountId, expiresAt, replaces: null },
  });
const set = (minute: number, expiresAt: Timestamp) =>
  happened<ApiKeyEvent>(minute, { type: 'KeyExpirationSet', data: { ...key, expiresAt } });
const revoked = (minute: number) => happened<ApiKeyEvent>(minute, { type: 'KeyRevoked', data: key });
const replaced = (minute: number, endsAt: Timestamp) =>
  happened<ApiKeyEvent>(minute, {
    type: 'KeyReplaced',
    data: {
      ...key,
      endsAt,
      replacedBy: 'key_2' as ApiKeyId,
      replacement: { digest: 'e' as Digest, name: 'ci', hint: 'x', createdBy: 'user_1' as AccountId, expiresAt: null },
    },
  });

const life = (events: ReadonlyArray<Cited<ApiKeyEvent>>, now: Timestamp) => {
  const lived = livedKey(events, now);
  const [only] = lived?.lives ?? [];
  return [lived?.status, only?.to ?? null, only?.hasEnded, only?.refusedBy];
};
const ended = (minute: number, cause: string, position: number | null = null) => ({
  at: at(minute),
  cause,
  position: position === null ? null : BigInt(position),
});

describe('the life of a key', () => {
  it.each<readonly [string, ReadonlyArray<Cited<ApiKeyEvent>>, Timestamp, ...unknown[]]>([
    ['live', [made()], at(50), 'active', null, false, null],
    ['live, with an end to come', [made(at(40))], at(39), 'active', ended(40, 'expiry'), false, null],
    ['ended by the end it was made with (KEY-19)', [made(at(40))], at(40), 'expired', ended(40, 'expiry'), true, null],
    ['ended by an end set later', [made(), set(3, at(9))], at(9), 'expired', ended(9, 'expiry'), true, 3n],
    [
      'live, as its end was canceled',
      [made(at(9)), happened<ApiKeyEvent>(3, { type: 'KeyExpirationCanceled', data: key })],
      at(50),
      'active',
      null,
      false,
      null,
    ],
    ['revoked (KEY-23)', [made(at(40)), revoked(5)], at(6), 'revoked', ended(5, 'KeyRevoked', 5), true, 5n],
    ['revoked after it had ended', [made(at(4)), revoked(5)], at(6), 'revoked', ended(4, 'expiry'), true, null],
    [
      'revoked, by a clock that is ahead',
      [made(), revoked(30)],
      at(6),
      'revoked',
      ended(30, 'KeyRevoked', 30),
      true,
      30n,
    ],
    ['replaced at once', [made(), replaced(5, at(5))], at(6), 'superseded', ended(5, 'KeyReplaced', 5), true, 5n],
    ['replaced, within the overlap', [made(), replaced(5, at(20))], at(19), 'active', ended(20, 'rotation'), false, 5n],
    [
      'replaced, after the overlap',
      [made(), replaced(5, at(20))],
      at(20),
      'superseded',
      ended(20, 'rotation'),
      true,
      5n,
    ],
    [
      'revoked within the overlap',
      [made(), replaced(5, at(20)), revoked(7)],
      at(8),
      'revoked',
      ended(7, 'KeyRevoked', 7),
      true,
      7n,
    ],
  ])('is told of one that is %s', (_, events, now, ...expected) => {
    expect(life(events, now)).toEqual(expected);
  });

  it('is none of a key that was never made, and goes by the name that it has', () => {
    expect(livedKey([], at(1))).toBeUndefined();
    const renamed = happened<ApiKeyEvent>(4, { type: 'KeyRenamed', data: { ...key, name: 'deploy' } });
    expect(livedKey([made(), renamed], at(5))).toMatchObject({ name: 'deploy', createdBy: 'user_1', replacedBy: null });
  });

  it('of a legacy key is one for each of its secrets (KEY-32)', () => {
    const data = { keyId: 'key_1' as ApiKeyId, ...key, hint: 'writ_…' };
    const again = (minute: number, secretVersion: number) =>
      happened<LegacyKeyEvent>(minute, {
        type: 'LegacyKeyRegenerated',
        data: { ...data, supersedes: 'c' as Digest, secretVersion },
      });
    const events = [
      happened<LegacyKeyEvent>(1, { type: 'LegacyKeyIssued', data }),
      happened<LegacyKeyEvent>(2, { type: 'LegacyKeyRevealed', data: { ...data, secretVersion: 1 } }),
      again(3, 2),
      again(7, 3),
    ];
    expect(
      livedLegacyKey(events)?.lives.map(({ secretVersion, from, to, refusedBy }) => [
        secretVersion,
        from.position,
        to?.position ?? null,
        refusedBy,
      ]),
    ).toEqual([
      [1, 1n, 3n, 3n],
      [2, 3n, 7n, 7n],
      [3, 7n, null, null],
    ]);
    expect(livedLegacyKey([])).toBeUndefined();
  });
});

describe('where a key is refused', () => {
  const from = { at: at(1), position: 1n };
  const to = ended(5, 'KeyRevoked', 5);
  const dead = { secretVersion: null, from, to, hasEnded: true, refusedBy: 5n };
  const now = 200_000;
  const node = (name: string, position: bigint | null, at = now - 10_000) => ({ node: name, at, position });

  it('is nowhere while it is live', () => {
    expect(refusalOf({ ...dead, hasEnded: false }, [node('a', 9n)], now)).toBeNull();
  });

  it('is on every node that has applied its end, and on none that has not, or does not say', () => {
    const refused = (...positions: ReadonlyArray<bigint | null>) => {
      const found = refusalOf(
        dead,
        positions.map((position, n) => node(String(n), position)),
        now,
      );
      return [found?.position, found?.everywhere, ...(found?.nodes ?? []).map(({ refuses }) => refuses)];
    };
    expect(refused(5n)).toEqual([5n, true, true]);
    expect(refused(5n, 7n)).toEqual([5n, true, true, true]);
    expect(refused(5n, 4n)).toEqual([5n, false, true, false]);
    expect(refused(9n, null)).toEqual([5n, false, true, false]);
    // Of none nobody knows.
    expect(refused()).toEqual([5n, false]);
  });

  it('is not asked of a node that reports no more: it was killed, or refuses everything', () => {
    const silent = node('killed', 4n, now - 120_000);
    expect(refusalOf(dead, [silent, node('a', 5n)], now)).toMatchObject({
      everywhere: true,
      nodes: [
        { node: 'killed', reports: false, refuses: false },
        { node: 'a', reports: true, refuses: true },
      ],
    });
    expect(refusalOf(dead, [silent], now)).toMatchObject({ everywhere: false });
  });

  it('is on every node by its clock, whatever it has applied, of an end that the key was made with', () => {
    const byClock = { ...dead, to: ended(5, 'expiry'), refusedBy: null };
    expect(refusalOf(byClock, [node('a', null)], now)).toEqual({
      position: null,
      everywhere: true,
      nodes: [{ ...node('a', null), reports: true, refuses: true }],
    });
  });
});
