import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiKeyEvent, apiKeyEvents, type LegacyKeyEvent, legacyKeyEvents } from '#libs/api-keys/events';
import {
  type CommandContext,
  type EventStore,
  newCommandId,
  type Position,
  recordable,
  type ReadStream,
  type StreamName,
} from '#libs/event-store';
import { temporaryStore } from '#libs/event-store/testing';
import {
  type AccountId,
  type ApiKeyId,
  type Digest,
  E,
  type EventCodec,
  type OrganizationId,
  type ProjectId,
  timestampOf,
} from '#libs/kernel';
import { PastFacts } from './past-facts.js';

let store: EventStore;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ store, close } = await temporaryStore());
});
afterAll(() => close());

const born = Date.parse('2026-01-01T00:00:00Z');
const organizationId = 'org_1' as OrganizationId;
const scope = { organizationId, projectId: 'proj_1' as ProjectId, digest: '0'.repeat(64) as Digest };
const context: CommandContext = {
  commandId: newCommandId(),
  actor: { type: 'operator' },
  via: null,
  requestId: 'spec',
  at: timestampOf(born),
};

/** Appends them to a new stream, in one go for each of them; their positions. */
const happened = async <Ev extends { readonly type: string }>(
  events: EventCodec<Ev>,
  stream: StreamName,
  made: ReadonlyArray<Ev>,
): Promise<ReadonlyArray<Position>> => {
  const write = recordable({ events }, stream, { ...context, commandId: newCommandId() }, []);
  for (let from = 0; from < made.length; from += 200) {
    const some = made.slice(from, from + 200).map((event, n) => write(event, from + n));
    const appended = await store.append(stream, from === 0 ? 'no-stream' : from - 1, some)();
    if (E.isLeft(appended)) throw new Error(appended.left._tag);
  }
  const read = await store.read(stream)();
  return E.isRight(read) ? read.right.map(({ position }) => position) : [];
};

const created: ApiKeyEvent = {
  type: 'KeyCreated',
  data: { ...scope, name: 'k', hint: 'writ_…1', createdBy: 'user_1' as AccountId, expiresAt: null, replaces: null },
};
const endsAfter = (seconds: number): ApiKeyEvent => ({
  type: 'KeyExpirationSet',
  data: { ...scope, expiresAt: timestampOf(born + seconds * 1000) },
});

const noLegacyKeys = (): undefined => undefined;
const endOf = (facts: PastFacts, id: string, position: Position): Promise<number | undefined> =>
  facts
    .ask((factsAt) => factsAt(position).key(id)?.expiresAt)()
    .then((answer) => (E.isRight(answer) ? answer.right : Number.NaN));

describe('the facts of the past', () => {
  const MANY = 1_203;
  let positions: ReadonlyArray<Position>;
  beforeAll(async () => {
    const changes = Array.from({ length: MANY }, (_, n) => endsAfter(n));
    positions = await happened(apiKeyEvents, 'apiKey-key_long', [created, ...changes]);
  });

  it('are those right after each event of a stream that is many pages long, and of every position between', async () => {
    const end = positions.at(-1) ?? 0n;
    const facts = new PastFacts(store, noLegacyKeys, end);
    expect(await endOf(facts, 'key_long', (positions[0] ?? 0n) - 1n)).toBeUndefined();
    expect(await endOf(facts, 'key_long', positions[0] ?? 0n)).toBe(Infinity);
    for (let n = 0; n < MANY; n += 1)
      expect(await endOf(facts, 'key_long', positions[n + 1] ?? 0n)).toBe(born + n * 1000);
    expect(await endOf(facts, 'key_long', end + 1_000n)).toBe(born + (MANY - 1) * 1000);
  });

  it.each([0, 498, 499, 500, 998, 999, 1_000])('are read up to a position and no further: to event %i', async (n) => {
    const facts = new PastFacts(store, noLegacyKeys, positions[n] ?? 0n);
    const known = await endOf(facts, 'key_long', positions.at(-1) ?? 0n);
    expect(known).toBe(n === 0 ? Infinity : born + (n - 1) * 1000);
    expect(facts.events).toHaveLength(n + 1);
  });

  it('are read from each stream once, from all that a question touches at a time', async () => {
    const reads: string[] = [];
    let [open, most] = [0, 0];
    const watched = new Proxy(store, {
      get: (target, name) =>
        name === 'read'
          ? (stream: StreamName, options: ReadStream) => async () => {
              reads.push(stream);
              open += 1;
              most = Math.max(most, open);
              const answer = await target.read(stream, options)();
              await new Promise(setImmediate);
              open -= 1;
              return answer;
            }
          : (Reflect.get(target, name) as unknown),
    });
    const facts = new PastFacts(watched, noLegacyKeys, positions.at(-1) ?? 0n);
    const ask = facts.ask((factsAt) => {
      const now = factsAt(positions[3] ?? 0n);
      return [now.account('user_1'), now.membership('user_1'), now.project('proj_1'), now.organization('org_1')];
    });
    expect(await ask()).toEqual(E.right([undefined, undefined, undefined, undefined]));
    expect(await ask()).toEqual(E.right([undefined, undefined, undefined, undefined]));
    expect(reads.sort()).toEqual(['account-user_1', 'membership-user_1', 'organization-org_1', 'project-proj_1']);
    expect(most).toBe(4);
  });

  it('KEY-33: of a legacy key that was regenerated often take no more for each time', async () => {
    const keyId = 'key_legacy' as ApiKeyId;
    const digest = (n: number) => String(n).padStart(64, '0') as Digest;
    const regenerated = (n: number): LegacyKeyEvent => ({
      type: 'LegacyKeyRegenerated',
      data: { ...scope, keyId, digest: digest(n), supersedes: digest(n - 1), hint: 'h', secretVersion: n + 1 },
    });
    const issued: LegacyKeyEvent = {
      type: 'LegacyKeyIssued',
      data: { ...scope, keyId, digest: digest(0), hint: 'h' },
    };
    const again = Array.from({ length: 4_000 }, (_, n) => regenerated(n + 1));
    const at = await happened(legacyKeyEvents, `legacyKey-${organizationId}`, [issued, ...again]);
    const facts = new PastFacts(store, () => organizationId, at.at(-1) ?? 0n);
    const before = process.memoryUsage().heapUsed;
    for (const n of [0, 1, 2_000, 4_000]) {
      const answer = await facts.ask((factsAt) => factsAt(at[n] ?? 0n).key(keyId)?.digest)();
      expect(answer).toEqual(E.right(digest(n)));
    }
    // All the secrets before each of them would be eight million.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * 2 ** 20);
  });
});
