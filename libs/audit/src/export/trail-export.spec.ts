import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Position } from '#libs/event-store';
import { E, TE, type Timestamp } from '#libs/kernel';
import type { Trail, TrailFailure } from '../trail/trail.js';
import type { TrailEvent } from '../trail/trail-event.js';
import type { TrailPart } from '../trail/trail-index.js';
import { csv } from './csv.js';
import { type ExportedEvent, ndjson } from './export-form.js';
import { exportOf, type ExportPart, written } from './trail-export.js';

const eventAt = (position: bigint): TrailEvent => ({
  id: `evt_${String(position)}`,
  position,
  type: 'KeyCreated',
  category: 'apiKey',
  at: '2026-11-21T10:00:00.000Z' as Timestamp,
  actor: { type: 'operator' },
  via: null,
  requestId: 'req',
  organizationId: null,
  projectId: null,
  apiKeyId: null,
  accountId: null,
  data: { name: 'ci' },
  sealed: null,
});

/** A trail of any length that is made as it is read: each second position has an event. */
class MadeTrail {
  asked: TrailPart[] = [];
  failsAfter = Infinity;

  constructor(public size: bigint) {}

  caughtUp(): TE.TaskEither<never, Position> {
    return TE.right(this.size * 2n);
  }

  page: Trail['page'] = (_, part) => () => {
    this.asked.push(part);
    if (this.asked.length > this.failsAfter)
      return Promise.resolve(E.left<TrailFailure>({ _tag: 'TrailUnavailable', cause: 'test' }));
    const { after, limit, order, upTo = this.size * 2n } = part;
    const items: TrailEvent[] = [];
    const step = order === 'asc' ? 2n : -2n;
    const even = (position: bigint) => position - (position % 2n);
    const start = order === 'asc' ? even(after ?? 0n) + 2n : after === null ? even(upTo) : even(after + 1n) - 2n;
    let at = start;
    for (; items.length < limit && at > 0n && at <= upTo; at += step) items.push(eventAt(at));
    const complete = at <= 0n || at > upTo;
    return Promise.resolve(E.right({ items, last: items.at(-1)?.position ?? 0n, complete, position: upTo }));
  };
}

const shown = ({ position, sealed: _, category: __, apiKeyId: ___, accountId: ____, ...event }: TrailEvent) =>
  ({ ...event, position: String(position) }) satisfies ExportedEvent;

const begun = async (trail: MadeTrail, part: ExportPart) => {
  const found = await exportOf(trail, {}, part)();
  if (E.isLeft(found)) throw new Error(found.left._tag);
  return found.right;
};

const positionsOf = async (trail: MadeTrail, part: ExportPart, most = Infinity): Promise<ReadonlyArray<bigint>> => {
  const positions: bigint[] = [];
  for await (const page of (await begun(trail, part)).pages)
    for (const { position } of page) {
      if (positions.length === most) return positions;
      positions.push(position);
    }
  return positions;
};

describe('an export', () => {
  it.each(['asc', 'desc'] as const)(
    'has each event once, to where the trail ended when it began: %s',
    async (order) => {
      const trail = new MadeTrail(1_201n);
      const { pages, upTo } = await begun(trail, { after: null, order });
      trail.size = 5_000n;
      const found: bigint[] = [];
      for await (const page of pages) found.push(...page.map(({ position }) => position));
      const all = Array.from({ length: 1_201 }, (_, n) => BigInt(n + 1) * 2n);
      expect([upTo, found]).toEqual([2_402n, order === 'asc' ? all : all.reverse()]);
      expect(trail.asked.every((part) => part.upTo === upTo && part.limit <= 500)).toBe(true);
    },
  );

  it.each(['asc', 'desc'] as const)('that is gone on with misses nothing and repeats nothing: %s', async (order) => {
    const trail = new MadeTrail(1_100n);
    const whole = await positionsOf(trail, { after: null, order });
    for (const broken of [1, 499, 500, 501, 999, 1_000, 1_099, 1_100]) {
      const first = await positionsOf(trail, { after: null, order }, broken);
      const second = await positionsOf(trail, { after: first.at(-1) ?? null, order });
      expect([broken, [...first, ...second]]).toEqual([broken, whole]);
    }
  });

  it('joins with the next one behind where it ended', async () => {
    const trail = new MadeTrail(700n);
    const first = await begun(trail, { after: null, order: 'asc' });
    trail.size = 900n;
    const second = await positionsOf(trail, { after: first.upTo, order: 'asc' });
    expect([second[0], second.at(-1), second.length]).toEqual([1_402n, 1_800n, 200]);
  });

  it('behind what is not there yet is refused', async () => {
    const refused = await exportOf(new MadeTrail(10n), {}, { after: 21n, order: 'asc' })();
    expect(refused).toEqual(E.left({ _tag: 'PositionBeyondTheLog' }));
  });

  it('that cannot begin is a failure; that cannot go on breaks, and says nothing of an end', async () => {
    const trail = new MadeTrail(1_200n);
    trail.failsAfter = 0;
    expect(await exportOf(trail, {}, { after: null, order: 'asc' })()).toMatchObject(
      E.left({ _tag: 'TrailUnavailable' }),
    );
    trail.failsAfter = 2;
    const { pages } = await begun(trail, { after: null, order: 'asc' });
    const texts: string[] = [];
    const read = async () => {
      for await (const text of written(csv, pages, shown)) texts.push(text);
    };
    await expect(read()).rejects.toMatchObject({ failure: { _tag: 'TrailUnavailable' } });
    expect(texts.join('').split('\r\n')).toHaveLength(1 + 500 + 1);
  });

  it('stops reading when its reader goes away', async () => {
    const trail = new MadeTrail(1_000_000n);
    const { pages } = await begun(trail, { after: null, order: 'asc' });
    const body = Readable.from(written(ndjson, pages, shown), { highWaterMark: 1 });
    for await (const text of body) {
      expect(text).toMatch(/^\{/u);
      break;
    }
    // A page may have been under way.
    await delay(20);
    const { length } = trail.asked;
    await delay(20);
    expect([length <= 4, trail.asked.length]).toEqual([true, length]);
  });

  it('of 200,000 events to a slow reader has some pages of them in memory, and no more', async () => {
    const trail = new MadeTrail(200_000n);
    const { pages } = await begun(trail, { after: null, order: 'asc' });
    const body = Readable.from(written(ndjson, pages, shown), { highWaterMark: 1 });
    let [taken, ahead] = [0, 0];
    const slow = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write: (text: string, _encoding, done) => {
        taken += text.split('\n').length - 1;
        ahead = Math.max(ahead, trail.asked.length * 500 - taken);
        setImmediate(done);
      },
    });
    await pipeline(body, slow);
    expect([taken, ahead <= 1_000]).toEqual([200_000, true]);
  });
});
