import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { START } from '#libs/event-store';
import { timestampOf } from '#libs/kernel';
import { startChild } from '../../../../test/support/child.js';
import { anyEvents, anyFilter, anyPart, anyPosition, anyTime, matches, MemoryTrail } from '../testing/index.js';
import type { TrailEvent } from '../trail/trail-event.js';
import type { TrailEnd, TrailFilter, TrailIndex, TrailPart } from '../trail/trail-index.js';
import { FileTrail } from './index.js';
import { isWanted } from './row.mjs';

/** Segments of 128 rows, blocks of two. */
const small = { budget: 1_000_000, segmentBits: 7 };
const nothing: TrailEnd = { position: START, last: null };

let directory: string;
let path: string;
let trail: FileTrail;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-trail-'));
  path = join(directory, 'trail.sqlite');
  trail = new FileTrail(directory, small);
});
afterEach(async () => {
  await trail.close();
  rmSync(directory, { recursive: true, force: true });
});

const endOf = (events: ReadonlyArray<TrailEvent>): TrailEnd => {
  const last = events.at(-1);
  if (last === undefined) return nothing;
  return { position: last.position, last: { id: last.id, stream: 'project-a', revision: 7 } };
};

const add = (index: TrailIndex, events: ReadonlyArray<TrailEvent>) => index.append(events, endOf(events));

const fresh = async (events: ReadonlyArray<TrailEvent>): Promise<MemoryTrail> => {
  const model = new MemoryTrail();
  await model.open('log');
  await Promise.all([add(model, events), trail.clear()]);
  await add(trail, events);
  return model;
};

/** All parts, one after another; between two of them, something may happen. */
const walked = async (filter: TrailFilter, part: TrailPart, between: () => Promise<void> = () => Promise.resolve()) => {
  const items: TrailEvent[] = [];
  for (let after = part.after; ;) {
    const rows = await trail.page(filter, { ...part, after });
    expect(rows.items.length).toBeLessThanOrEqual(part.limit);
    items.push(...rows.items);
    if (rows.complete) return items;
    expect(rows.last).not.toBe(after);
    after = rows.last;
    await between();
  }
};

const everything = (model: MemoryTrail, filter: TrailFilter, part: TrailPart) =>
  model.page(filter, { ...part, limit: Infinity });

describe('the trail in a file answers as one in memory does', () => {
  const anyQuestions = anyEvents({ min: 0, max: 400 }).chain((events) =>
    fc.record({
      events: fc.constant(events),
      asked: fc.array(fc.tuple(anyFilter, anyPart(events)), { minLength: 12, maxLength: 12 }),
      times: fc.array(anyTime, { minLength: 4, maxLength: 4 }),
      positions: fc.array(anyPosition(events), { minLength: 4, maxLength: 4 }),
    }),
  );

  it('for any events, filters and parts, and any moment', async () => {
    await trail.open('log');
    let found = 0;
    await fc.assert(
      fc.asyncProperty(anyQuestions, async ({ events, asked, times, positions }) => {
        const model = await fresh(events);
        for (const [filter, part] of asked) {
          const rows = await trail.page(filter, part);
          const { items, complete } = await model.page(filter, part);
          // Where the next part begins may lie further on than the last item: the next test goes on from there.
          expect(rows).toEqual({ items, complete, last: expect.any(BigInt) });
          found += rows.items.length;
        }
        for (const [filter] of asked.slice(0, 4))
          for (const position of positions)
            for (const kind of ['accountId', 'apiKeyId'] as const)
              expect(await trail.ids(kind, filter, position)).toEqual(await model.ids(kind, filter, position));
        for (const time of times) expect(await trail.lastBy(time)).toEqual(await model.lastBy(time));
        for (const position of positions) expect(await trail.timeOf(position)).toEqual(await model.timeOf(position));
      }),
      { numRuns: 25, endOnFailure: true },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('and whatever it found by a hash, it looks at', () => {
    const anyOne = fc.tuple(anyEvents({ min: 1, max: 30 }), anyFilter);
    fc.assert(
      fc.property(anyOne, ([events, filter]) => {
        for (const event of events) {
          const { id, type, category, at, actor, via, requestId, organizationId, projectId } = event;
          const { apiKeyId, accountId, data, sealed } = event;
          const about = [organizationId, projectId, apiKeyId, accountId] as const;
          const row = [id, type, category, at, actor, via, requestId, ...about, data, sealed] as const;
          // Each of these ends just where an event is.
          for (const more of [{}, { from: events[0]?.at }, { to: events[0]?.at }])
            expect(isWanted([...row], { ...filter, ...more })).toBe(matches({ ...filter, ...more }, event));
        }
      }),
    );
  });

  it('page by page, however little one page may cost, and with more coming in between', async () => {
    const stingy = fc.record({
      events: anyEvents({ min: 30, max: 200 }),
      filter: anyFilter,
      limit: fc.integer({ min: 1, max: 20 }),
      order: fc.constantFrom('asc' as const, 'desc' as const),
      budget: fc.integer({ min: 1, max: 40 }),
    });
    const sizes = { ...small };
    trail = new FileTrail(directory, sizes);
    await trail.open('log');
    await fc.assert(
      fc.asyncProperty(stingy, async ({ events, filter, limit, order, budget }) => {
        sizes.budget = budget;
        const half = events.length >> 1;
        const model = await fresh(events.slice(0, half));
        const part = { after: null, limit, order };
        const before = await everything(model, filter, part);
        let next = half;
        const items = await walked(filter, part, async () => {
          const more = events.slice(next, next + 3);
          next += 3;
          if (more.length === 0) return;
          await add(trail, more);
          await add(model, more);
        });
        const after = await everything(model, filter, part);
        // Going up, it meets what came meanwhile, as far as that was before the last page; going down, nothing of it.
        if (order === 'desc') expect(items).toEqual(before.items);
        else expect(items).toEqual(after.items.slice(0, items.length));
        expect(items.length).toBeGreaterThanOrEqual(before.items.length);
        expect(await trail.ids('apiKeyId', filter, 1n << 100n)).toEqual(
          await model.ids('apiKeyId', filter, 1n << 100n),
        );
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });
});

const events = (count: number, from = 0): TrailEvent[] =>
  Array.from({ length: count }, (_, k) => ({
    id: `evt_${String(from + k)}`,
    position: BigInt(from + k + 1),
    ...{ type: 'KeyCreated', category: 'apiKey', at: timestampOf(from + k), requestId: 'req_1', via: null },
    actor: { type: 'system' },
    ...{ organizationId: null, projectId: null, apiKeyId: `key_${String((from + k) % 10)}`, accountId: null },
    data: { n: from + k },
    sealed: null,
  }));

const all: TrailPart = { after: null, limit: 1_000, order: 'asc' };
const idsOf = async (filter: TrailFilter = {}) => (await trail.page(filter, all)).items.map(({ id }) => id);

describe('the file of the trail', () => {
  it('is the owner’s alone, and is all that is left of it once it is closed', async () => {
    await trail.open('log');
    await add(trail, events(10));
    for (const file of readdirSync(directory))
      expect([file, statSync(join(directory, file)).mode & 0o777]).toEqual([file, 0o600]);
    await trail.close();
    expect(readdirSync(directory)).toEqual(['trail.sqlite']);
  });

  it('goes on where it ended, in the middle of a segment too', async () => {
    expect(await trail.open('log')).toEqual(nothing);
    await add(trail, events(150));
    await trail.close();
    expect(await trail.open('log')).toEqual(endOf(events(150)));
    await add(trail, events(150, 150));
    expect(await idsOf()).toEqual(events(300).map(({ id }) => id));
    expect(await idsOf({ apiKeyId: 'key_3' })).toHaveLength(30);
    expect(await trail.lastBy(timestampOf(200))).toEqual({ position: 201n, at: timestampOf(200) });
  });

  it('takes all of an append or nothing: what failed is taken again', async () => {
    await trail.open('log');
    await add(trail, events(60));
    const unwritable = { position: 70n, last: null };
    const wrong = events(20, 60).map((event, n) => (n < 19 ? event : { ...event, position: 1n }));
    await expect(trail.append(wrong, unwritable)).rejects.toThrow('out of order');
    await expect(trail.page({}, all)).rejects.toThrow('is not open');
    expect(await trail.open('log')).toEqual(endOf(events(60)));
    await add(trail, events(20, 60));
    expect(await idsOf({ apiKeyId: 'key_3' })).toHaveLength(8);
    expect(await idsOf()).toHaveLength(80);
  });

  it('of another log is emptied', async () => {
    await trail.open('log');
    await add(trail, events(100));
    expect(await trail.open('another')).toEqual(nothing);
    expect(await idsOf()).toEqual([]);
    await add(trail, events(3));
    expect(await idsOf()).toHaveLength(3);
  });

  it('of another format is made anew', async () => {
    await trail.open('log');
    await add(trail, events(100));
    await trail.close();
    const db = new Database(path);
    db.pragma('user_version = 9999');
    db.close();
    expect(await trail.open('log')).toEqual(nothing);
  });

  const changed = (sql: string) => (): void => {
    const db = new Database(path);
    db.exec(sql);
    db.close();
  };

  const damages: Readonly<Record<string, () => void>> = {
    'is no SQLite file': () => {
      writeFileSync(path, 'x'.repeat(100_000));
    },
    'was cut': () => {
      truncateSync(path, statSync(path).size >> 1);
    },
    'lost a row': changed('DELETE FROM event WHERE n = 5'),
    'has a row that is no JSON': changed(`UPDATE event SET body = 'hunter2' WHERE n = 5`),
    'has a row that is nothing': changed(`UPDATE event SET body = 'null' WHERE n = 5`),
    'has a row without a time': changed(
      `UPDATE event SET body = '[1,2,3,"hunter2",5,6,7,8,9,10,11,12,13]' WHERE n = 5`,
    ),
    'has an end that is no JSON': changed(`UPDATE meta SET value = 'hunter2' WHERE key = 'end'`),
    'lost a table': changed('DROP TABLE posting'),
    'has times of another length': changed("UPDATE segment SET times = x'00'"),
    'has overwritten pages': () => {
      const bytes = readFileSync(path);
      bytes.fill(0xab, 4_096 * 2);
      writeFileSync(path, bytes);
    },
  };

  it.each(Object.keys(damages))('that %s is thrown away, and found empty when it is opened next', async (how) => {
    await trail.open('log');
    await add(trail, events(500));
    await trail.close();
    damages[how]?.();
    const end = await trail.open('log');
    if (end.last !== null) {
      const reading = trail.page({}, all);
      await expect(reading).rejects.toThrow('trail.sqlite');
      await expect(reading).rejects.not.toThrow('hunter2');
      expect(await trail.open('log')).toEqual(nothing);
    }
    await add(trail, events(500));
    expect(await idsOf()).toHaveLength(500);
  });

  it('is open once at a time, and says so', async () => {
    await trail.open('log');
    await add(trail, events(10));
    const script = startChild('trail-opener.ts', directory);
    try {
      expect(await script.said('refused')).toMatch(/trail\.sqlite is open in another process/u);
    } finally {
      await script.kill();
    }
    expect(await idsOf()).toHaveLength(10);
  });

  it('of a process that was killed has what it took, whole', async () => {
    const child = startChild('trail-opener.ts', directory, 'append');
    try {
      for (let n = 0; n < 10; n += 1) await child.said('appended');
    } finally {
      await child.kill();
    }
    const told = Math.max(...child.lines.map((line) => Number(line.split(' ')[1])));
    trail = new FileTrail(directory);
    const { position } = await trail.open('log');
    expect(position).toBeGreaterThanOrEqual(BigInt(told));
    expect(Number(position) % 10).toBe(0);
    const { items } = await trail.page({}, { ...all, order: 'desc', limit: 3 });
    expect(items.map((item) => item.position)).toEqual([position, position - 1n, position - 2n]);
    expect(await trail.timeOf(position)).not.toBeNull();
  });

  it('cannot be read before it is opened, nor once it is closed', async () => {
    await expect(trail.page({}, all)).rejects.toThrow('is not open');
    await trail.open('log');
    await trail.close();
    await expect(add(trail, events(1))).rejects.toThrow('is not open');
  });
});
