import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Batch,
  type CommandContext,
  commandIdFrom,
  corrupt,
  recordable,
  type StreamName,
} from '#libs/event-store';
import { temporaryStore } from '#libs/event-store/testing';
import { type AccountId, E, O, timestampOf } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { projectEvents } from '#libs/projects/events';
import { MemoryTrail } from '../testing/index.js';
import type { Readability } from './readied.js';
import { TrailFeed } from './trail-feed.js';
import { Trail } from './trail.js';
import type { TrailEvent } from './trail-event.js';
import type { TrailEnd } from './trail-index.js';

/** A trail in memory that fails when it is told to: a damaged one forgets all that was in it, and is read again once it was opened. */
class FailingTrail extends MemoryTrail {
  appends = 0;
  failing: 'open' | 'append' | 'page' | undefined;
  /** Awaited before a page is read, and before anything is written. */
  held: { readonly page?: Promise<void>; readonly append?: Promise<void> } = {};

  override async open(logId: string): Promise<TrailEnd> {
    if (this.failing === 'open') throw new Error('locked');
    if (this.failing === 'page') this.failing = undefined;
    return super.open(logId);
  }
  override async append(events: ReadonlyArray<TrailEvent>, end: TrailEnd): Promise<void> {
    await this.held.append;
    this.appends += 1;
    if (this.failing === 'append') throw new Error('full');
    await super.append(events, end);
  }
  override async page(...of: Parameters<MemoryTrail['page']>) {
    if (this.failing !== 'page') {
      await this.held.page;
      return super.page(...of);
    }
    await this.clear();
    throw new Error('damaged');
  }
}

let opened: Awaited<ReturnType<typeof temporaryStore>>;
let index: FailingTrail;
let feed: TrailFeed;
let trail: Trail;
let readable: Readability;
let troubles: unknown[];
let written: number;

const vault = { openMany: (boxes: ReadonlyArray<unknown>) => () => Promise.resolve(E.right(boxes.map(() => O.none))) };

const start = (store = opened.store): void => {
  feed = new TrailFeed(
    store,
    index,
    (recorded) => readable(recorded),
    (failure) => troubles.push(failure),
  );
  trail = new Trail(store, vault as unknown as Vault, index, feed, () => false);
  feed.start();
};

beforeEach(async () => {
  opened = await temporaryStore();
  index = new FailingTrail();
  [readable, troubles, written] = [() => E.right(undefined), [], 0];
});
afterEach(async () => {
  await feed.stop();
  await opened.close();
});

const write = async (count: number): Promise<void> => {
  const stream: StreamName = 'project-proj_a';
  const events = Array.from({ length: count }, (_, n) => {
    const context: CommandContext = {
      commandId: commandIdFrom(String(written + n)),
      actor: { type: 'user', id: 'user_a' as AccountId },
      via: null,
      requestId: 'req_1',
      at: timestampOf(written + n),
    };
    const event = { type: 'ProjectRenamed', data: { name: 'p' } } as never;
    return recordable({ events: projectEvents }, stream, context, [])(event, 0);
  });
  written += count;
  expect(await opened.store.append(stream, 'any', events)()).toMatchObject({ _tag: 'Right' });
};

const page = () => trail.page({}, { after: null, limit: 10_000, order: 'asc' })();
const count = async () => {
  const found = await page();
  return E.isRight(found) ? found.right.items.length : found.left._tag;
};
const soon = async (wanted: number | string): Promise<void> => {
  for (let tries = 0; tries < 100 && (await count()) !== wanted; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await count()).toBe(wanted);
};

describe('the trail follows the log', () => {
  it('and ends with the last event that it has: a log that is cut behind it, and goes on, loses none', async () => {
    await write(1_000);
    const head = await opened.store.head()();
    for (let n = 0; n < 20; n += 1) {
      const beat = { id: crypto.randomUUID(), type: 'HeartbeatRecorded', version: 1, data: {}, metadata: {} };
      await opened.store.append('heartbeat-log', 'any', [beat as never])();
    }
    start();
    await soon(1_000);
    expect(E.right((await index.open(opened.store.logId)).position)).toEqual(head);
  });

  it('from its beginning, and goes on with what comes', async () => {
    await write(1_000);
    start();
    expect(await count()).toBe(1_000);
    await write(3);
    expect(await count()).toBe(1_003);
    expect(feed.status).toBe('live');
  });

  it('and after a start from where it had come', async () => {
    await write(250);
    start();
    expect(await count()).toBe(250);
    await feed.stop();
    index.appends = 0;
    await write(3);
    start();
    expect([await count(), index.appends]).toEqual([253, 1]);
  });

  it('in parts, between which others have the event loop', async () => {
    await write(1_000);
    let [turns, counting] = [0, true];
    const turn = (): void => {
      turns += 1;
      if (counting) setImmediate(turn);
    };
    start();
    turn();
    expect(await count()).toBe(1_000);
    counting = false;
    expect(index.appends).toBeGreaterThanOrEqual(10);
    expect(turns).toBeGreaterThanOrEqual(index.appends);
  });

  it('skips nothing and takes nothing twice where it could not be written', async () => {
    index.failing = 'append';
    await write(250);
    start();
    await soon('TrailUnavailable');
    index.failing = undefined;
    await soon(250);
    expect(troubles.length).toBeGreaterThan(0);
  });

  it('is made anew where reading it finds it damaged, and meanwhile is not said to be empty', async () => {
    await write(250);
    start();
    expect(await count()).toBe(250);
    index.failing = 'page';
    const [first, second] = await Promise.all([count(), count()]);
    expect(first).toBe('TrailUnavailable');
    expect([250, 'TrailBehind', 'TrailUnavailable']).toContain(second);
    await soon(250);
  });

  it('that was made anew between a question and its answer is not taken for an empty one', async () => {
    await write(250);
    start();
    expect(await count()).toBe(250);
    let [readOn, writeOn] = [(): void => undefined, (): void => undefined];
    const page = new Promise<void>((resolve) => (readOn = resolve));
    const append = new Promise<void>((resolve) => (writeOn = resolve));
    index.held = { page, append };
    const asked = count();
    await new Promise((resolve) => setTimeout(resolve, 50));
    index.failing = 'page';
    expect(await count()).toBe('TrailUnavailable');
    for (let tries = 0; tries < 100 && feed.unavailable !== undefined; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    readOn();
    expect(await asked).toBe('TrailBehind');
    writeOn();
    index.held = {};
    await soon(250);
  });

  it('that cannot be opened is unavailable at once, and found when it can be', async () => {
    index.failing = 'open';
    await write(1);
    start();
    await soon('TrailUnavailable');
    index.failing = undefined;
    await soon(1);
  });
});

describe('a reader of the trail', () => {
  it('is told at once that it is behind where an event of it cannot be read', async () => {
    readable = (recorded) => (recorded.revision === 150 ? E.left(corrupt(recorded, 'no')) : E.right(undefined));
    await write(200);
    start();
    await soon('TrailBehind');
    const began = performance.now();
    expect(await count()).toBe('TrailBehind');
    expect([feed.status, performance.now() - began < 1_000]).toEqual(['halted', true]);
    // What can be read before it is in the trail: nothing skipped, and nothing after it.
    expect((await index.page({}, { after: null, limit: 1_000, order: 'asc' })).items).toHaveLength(100);
  });

  it('does not wait for one that has long to go', async () => {
    let isOpen = true;
    const slow = {
      logId: opened.store.logId,
      read: opened.store.read.bind(opened.store),
      head: () => () => Promise.resolve(E.right(1_000_000n)),
      subscribe: () => ({
        close: () => {
          isOpen = false;
        },
        async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
          for (let position = 1n; isOpen; position += 1n) {
            yield { events: [], position, caughtUp: false };
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        },
      }),
    };
    start(slow as never);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const began = performance.now();
    expect(await count()).toBe('TrailBehind');
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
