import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApiKeyEvent, LegacyKeyEvent } from '#libs/api-keys/events';
import type { AccountId, ApiKeyId, Digest, OrganizationId, ProjectId, Recorded, Timestamp } from '#libs/kernel';
import { timestampOf } from '#libs/kernel';
import { keyIsDead } from '../domain/key-decision.js';
import type { KeyFact } from '../domain/facts.js';
import { keyFact } from '../projections/key-facts.js';
import { legacyKeyFact } from '../projections/legacy-key-facts.js';
import { KeyTable } from './key-table.js';
import { keysFollow } from './keys-follow.js';
import { Places } from './places.js';
import { remembered } from './remembered.js';

const day = 24 * 60 * 60_000;
const epoch = Date.parse('2020-01-01T00:00:00.000Z');
const timeAt = (minute: number): Timestamp => timestampOf(epoch + minute * 60_000);

/** Usual ids, and some that a packed row has no place for. */
const usual = ['0000000000000000000000', 'zzzzzzzzzzzzzzzzzzzzzz', 'Ab3dEf6hIj9lMn2pQr5tUv', '0000000000000000000001'];
const ids = [...usual, 'ci', '0'.repeat(64), '000000000000000000000', '00000000000000000000000'].map(
  (text) => `key_${text}` as ApiKeyId,
);
/** One for each id; the last two want another's. */
const digests = ids.map((_, n) => {
  const shared = n >= ids.length - 2 ? n - ids.length + 2 : n;
  return (shared % 2 === 0 ? '0' : 'f').repeat(60) + shared.toString(16).padStart(4, '0');
});
const legacyDigests = ['a', 'b', 'c', 'd', 'e'].map((one) => one.repeat(64));
const projects = ['proj_a', 'proj_b', 'proj_c'] as const;
const organizationOf = (project: string) => `org_${project}` as OrganizationId;

interface Step {
  readonly category: 'apiKey' | 'legacyKey';
  readonly id: string;
  readonly event: ApiKeyEvent | LegacyKeyEvent;
}

const anyStep: fc.Arbitrary<Step> = fc
  .record({
    n: fc.nat({ max: ids.length - 1 }),
    what: fc.constantFrom(
      ...([
        'KeyCreated',
        'KeyCreated',
        'KeyImported',
        'KeyRenamed',
        'KeyExpirationSet',
        'KeyExpirationCanceled',
      ] as const),
      ...(['KeyRevoked', 'KeyReplaced', 'LegacyKeyIssued', 'LegacyKeyRegenerated', 'LegacyKeyRevealed'] as const),
    ),
    minute: fc.integer({ min: -10, max: 60 }),
    ends: fc.boolean(),
  })
  .map(({ n, what, minute, ends }): Step => {
    const projectId = (projects[n % projects.length] ?? 'proj_a') as ProjectId;
    const scope = { organizationId: organizationOf(projectId), projectId, digest: digests[n] as Digest };
    const more = { name: 'k', hint: 'writ_…', expiresAt: ends ? timeAt(minute) : null };
    const createdBy = 'user_1' as AccountId;
    const foreign = { algorithm: 'sha256', pepper: null, externalId: null } as const;
    const id = ids[n] ?? '';
    const legacyId = 'key_legacyLegacyLegacyLe00' as ApiKeyId;
    const legacy = { organizationId: organizationOf('proj_a'), projectId: 'proj_a' as ProjectId, keyId: legacyId };
    const [first, second] = [legacyDigests[n % 5] as Digest, legacyDigests[(n + 1) % 5] as Digest];
    const apiKey = (event: ApiKeyEvent): Step => ({ category: 'apiKey', id, event });
    const legacyKey = (event: LegacyKeyEvent): Step => ({ category: 'legacyKey', id: legacy.organizationId, event });
    switch (what) {
      case 'KeyCreated':
        return apiKey({ type: what, data: { ...scope, ...more, createdBy, replaces: null } });
      case 'KeyImported':
        return apiKey({ type: what, data: { ...scope, ...more, ...foreign } });
      case 'KeyRenamed': {
        const { organizationId } = scope;
        return apiKey({ type: what, data: { organizationId, projectId, name: 'x' } });
      }
      case 'KeyExpirationSet':
        return apiKey({ type: what, data: { ...scope, expiresAt: timeAt(minute) } });
      case 'KeyExpirationCanceled':
      case 'KeyRevoked':
        return apiKey({ type: what, data: scope });
      case 'KeyReplaced': {
        const replacement = { digest: first, name: 'k', hint: 'writ_…', createdBy, expiresAt: null };
        const data = { ...scope, endsAt: timeAt(minute), replacedBy: legacyId, replacement };
        return apiKey({ type: what, data });
      }
      case 'LegacyKeyIssued':
        return legacyKey({ type: what, data: { ...legacy, digest: legacyDigests[0] as Digest, hint: 'writ_…' } });
      case 'LegacyKeyRegenerated':
        return legacyKey({
          type: what,
          data: { ...legacy, digest: second, supersedes: first, hint: 'writ_…', secretVersion: 2 },
        });
      case 'LegacyKeyRevealed':
        return legacyKey({ type: what, data: { ...legacy, secretVersion: 1 } });
    }
  });

/** What the table stands for: a fact by id and one by digest, each remembered as far as it has to be. */
class Plain {
  readonly byId = new Map<string, KeyFact>();
  readonly byDigest = new Map<string, KeyFact>();

  apply(recorded: Recorded<ApiKeyEvent | LegacyKeyEvent>, { category, id, event }: Step): void {
    if (category === 'apiKey') {
      const fact = keyFact.project(this.byId.get(id), recorded as Recorded<ApiKeyEvent>);
      if (fact !== undefined) this.put(remembered(fact));
      return;
    }
    const current = this.byId.get((event as LegacyKeyEvent).data.keyId);
    const before = current === undefined ? undefined : { current, former: [] };
    const facts = legacyKeyFact.project(before, recorded as Recorded<LegacyKeyEvent>);
    for (const key of facts?.former ?? []) this.found(remembered(key));
    if (facts?.current != null) this.put(facts.current);
  }

  private put(key: KeyFact): void {
    const before = this.byId.get(key.id);
    if (before !== undefined && this.byDigest.get(before.digest) === before) this.byDigest.delete(before.digest);
    this.byId.set(key.id, key);
    this.found(key);
  }

  private found(key: KeyFact): void {
    const first = this.byDigest.get(key.digest);
    if (first === undefined || first.id === key.id) this.byDigest.set(key.digest, key);
  }
}

const positions: ReadonlyArray<readonly [string, (n: number) => bigint]> = [
  ['the embedded log', (n) => BigInt(n)],
  ['EventStoreDB', (n) => ((BigInt(n) * 3_000_000_000n) << 64n) | (BigInt(n) * 3_000_000_000n)],
  ['EventStoreDB, in transactions', (n) => (BigInt(n) << 64n) | 7n],
  ['a log of any size', (n) => (1n << 100n) + BigInt(n)],
];

describe('the table of keys', () => {
  it.each(positions)('is the same as a fact for each key, with positions of %s', (_, positionAt) => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (steps, mostRows) => {
        const [plain, table] = [new Plain(), new KeyTable(new Places(), mostRows)];
        const folds = keysFollow(table);
        for (const [n, step] of steps.entries()) {
          const { id, event } = step;
          const recorded = { id, eventId: '', position: positionAt(n + 1), at: timeAt(0), by: null, event };
          plain.apply(recorded, step);
          for (const follows of folds)
            if (follows.category === step.category) follows.apply(recorded as unknown as Recorded<never>);
          const isSame = (text: string) => expect(table.byId(text)).toEqual(plain.byId.get(text));
          [...ids, 'key_legacyLegacyLegacyLe00', 'key_unknownUnknownUnknown1', 'key_', ''].forEach(isSame);
          for (const digest of [...digests, ...legacyDigests, '9'.repeat(64), 'A'.repeat(64), ''])
            expect(table.byDigest(digest)).toEqual(plain.byDigest.get(digest));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the table of keys, of many', () => {
  const places = new Places();
  const idOf = (n: number) => `key_${String(n).padStart(22, '0')}` as ApiKeyId;
  const digestOf = (n: number) => n.toString(16).padStart(64, '0') as Digest;
  const made = (n: number, expiresAt = Infinity): KeyFact => ({
    id: idOf(n),
    organizationId: organizationOf('proj_a'),
    projectId: `proj_${String(n % 50)}` as ProjectId,
    digest: digestOf(n),
    legacy: false,
    created: { position: BigInt(n), type: 'KeyCreated' },
    expiresAt,
    expiry: null,
    firstExpiresAt: expiresAt,
    revoked: null,
    endsAt: Infinity,
    replaced: null,
  });
  const revoked = (n: number): KeyFact => ({
    ...made(n),
    revoked: { position: BigInt(n + 100_000), type: 'KeyRevoked' },
  });

  it('grows over pages and segments, and shrinks again, with every key where it was', () => {
    const [table, many] = [new KeyTable(places, 9_000), 20_000];
    for (let n = 0; n < many; n += 1) table.put(made(n));
    for (let n = 0; n < many; n += 3) table.put(revoked(n));
    const wrong = [];
    for (let n = 0; n < many; n += 1) {
      const expected = n % 3 === 0 ? remembered(revoked(n)) : made(n);
      const [byId, byDigest] = [table.byId(idOf(n)), table.byDigest(digestOf(n))];
      if (![byId, byDigest].every((key) => JSON.stringify(key, text) === JSON.stringify(expected, text))) wrong.push(n);
    }
    expect(wrong).toEqual([]);
    expect(table.byId(idOf(many))).toBeUndefined();
    expect(table.byDigest(digestOf(many))).toBeUndefined();
    for (let n = 0; n < many; n += 1) table.put(revoked(n));
    for (let n = 0; n < many; n += 1) if (table.byDigest(digestOf(n))?.revoked == null) wrong.push(n);
    expect(wrong).toEqual([]);
  });

  it('AMB-17: of a key that ended by itself a day before, what refuses it is kept, and refuses it at any time', () => {
    const table = new KeyTable(places, 3);
    const ended = (n: number, end: number): KeyFact[] => [
      made(n, end),
      { ...made(n + 1, Infinity), expiresAt: end, expiry: { position: 9n, type: 'KeyExpirationSet' } },
      { ...made(n + 2), endsAt: end, replaced: { position: 9n, type: 'KeyReplaced' } },
    ];
    const [old, young] = [ended(10, epoch), ended(20, epoch + 2 * day)];
    for (const key of [...old, ...young]) table.put(key);
    const refusal = (key: KeyFact | undefined) => keyIsDead(key, { now: epoch + day, stale: false });
    expect(table.sizes).toEqual({ live: 2, dead: 0, others: 4 });
    const before = old.map(({ id }) => refusal(table.byId(id)));
    for (let n = 0; n < 1_000; n += 1) table.passed({ at: timestampOf(epoch + day) });
    expect(table.sizes).toEqual({ live: 1, dead: 3, others: 2 });
    expect(old.map(({ id }) => refusal(table.byId(id)))).toEqual(before);
    expect(before.map((decision) => decision?.reason)).toEqual(['expired-key', 'expired-key', 'superseded-key']);
    expect(old.map(({ id }) => keyIsDead(table.byId(id), { now: 0, stale: false })?.reason)).toEqual(
      before.map((decision) => decision?.reason),
    );
    expect(young.map(({ id }) => table.byId(id))).toEqual(young);
  });

  it('whoever writes with a clock that runs ahead ends no key', () => {
    const table = new KeyTable(places, 3);
    const soon = made(1, Date.now() + day);
    table.put(soon);
    for (let n = 0; n < 1_000; n += 1) table.passed({ at: timestampOf(Date.now() + 90 * day) });
    expect(table.byId(soon.id)).toEqual(soon);
  });
});

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${String(value)}n` : value);
