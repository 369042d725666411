import assert from 'node:assert/strict';
import type { EventStore, Position, RecordedEvent, StreamName } from '../../event-store.js';
import { group, type World } from '../contract-case.js';
import { append, done, event, events, ids, pages } from '../steps.js';

/** What lies after `mark` of these streams: other cases may write to the same log meanwhile. */
const of = (found: ReadonlyArray<RecordedEvent>, streams: ReadonlyArray<StreamName>): ReadonlyArray<RecordedEvent> =>
  found.filter(({ stream }) => streams.includes(stream));

const written = async ({ store, stream }: World, count: number) => {
  const mark = await done(store.head());
  const streams = [stream(), stream(), stream()] as const;
  const all = events(count);
  for (const [n, each] of all.entries()) await append(store, streams[n % 3] ?? streams[0], 'any', each);
  return { mark, streams, all };
};

const everything = async (store: EventStore, from: Position, limit: number): Promise<ReadonlyArray<RecordedEvent>> =>
  (await pages(store, { from, limit })).flatMap((page) => page.events);

export const readingTheLog = group('reading the log', {
  'forwards: every event once, in the order of the appends': async (world) => {
    const { mark, streams, all } = await written(world, 12);
    for (const limit of [1, 5, 1000]) {
      assert.deepEqual(
        ids(of(await everything(world.store, mark, limit), streams)),
        ids(all),
        `pages of ${String(limit)}`,
      );
    }
  },

  'forwards: after `from`, without it': async (world) => {
    const { mark, streams, all } = await written(world, 4);
    const [, second] = of(await everything(world.store, mark, 1000), streams);
    assert.ok(second);
    assert.deepEqual(ids(of(await everything(world.store, second.position, 1000), streams)), ids(all.slice(2)));
  },

  'backwards: every event once, newest first': async (world) => {
    const { mark, streams, all } = await written(world, 12);
    let from: Position | undefined;
    const found: RecordedEvent[] = [];
    do {
      const page = await done(
        world.store.readAll({ direction: 'backwards', limit: 5, ...(from !== undefined && { from }) }),
      );
      found.push(...page.events);
      from = page.position;
      if (page.end) break;
    } while (from > mark);
    assert.deepEqual(ids(of(found, streams)), ids(all.toReversed()));
  },

  'backwards: before `from`, without it': async (world) => {
    const { mark, streams, all } = await written(world, 4);
    const [, , third] = of(await everything(world.store, mark, 1000), streams);
    assert.ok(third);
    const page = await done(world.store.readAll({ direction: 'backwards', from: third.position, limit: 2 }));
    assert.deepEqual(ids(of(page.events, streams)), ids(all.slice(0, 2).toReversed()));
  },

  'positions ascend over all streams, and a stream agrees with the log': async (world) => {
    const { mark, streams } = await written(world, 12);
    const found = of(await everything(world.store, mark, 5), streams);
    found.slice(1).forEach(({ position }, n) => {
      assert.ok(position > (found[n]?.position ?? position));
    });
    for (const stream of streams) {
      const own = found.filter((each) => each.stream === stream);
      assert.deepEqual(
        (await done(world.store.read(stream))).map((each) => ({ ...each })),
        own.map((each) => ({ ...each })),
      );
    }
  },

  'no more than `limit`, and 1,000 when it is left out': async (world) => {
    const mark = await done(world.store.head());
    await append(world.store, world.stream(), 'no-stream', ...events(1_100));
    assert.equal((await done(world.store.readAll({ from: mark, limit: 7 }))).events.length, 7);
    assert.equal((await done(world.store.readAll({ from: mark }))).events.length, 1_000);
  },

  'says when nothing lies beyond a page': async (world) => {
    const { mark } = await written(world, 6);
    assert.equal((await done(world.store.readAll({ from: mark, limit: 3 }))).end, false);
    const head = await done(world.store.head());
    const beyond = await done(world.store.readAll({ from: head }));
    assert.deepEqual({ ...beyond }, { events: [], position: head, end: true });
    assert.equal((await done(world.store.readAll({ from: mark, limit: 1000 }))).end, true);
  },

  'pages skip and repeat nothing while appends go on': async ({ store, stream }) => {
    const [mark, name] = [await done(store.head()), stream()];
    const all = [...events(20)];
    await append(store, name, 'any', ...all);
    let more = 15;
    const found = await pages(store, { from: mark, limit: 3 }, async () => {
      if (more === 0) return;
      more -= 1;
      const [one, other] = [event(), event()];
      all.push(one, other);
      await append(store, name, 'any', one, other);
    });
    assert.deepEqual(
      ids(
        of(
          found.flatMap((page) => page.events),
          [name],
        ),
      ),
      ids(all),
    );
  },

  'of some categories: theirs and nobody else’s': async ({ store, stream, category }) => {
    const [kind, other, third] = [category(), category(), category()];
    const mark = await done(store.head());
    const names = [kind, `${kind}X`, other, kind.slice(0, -1), `${kind}-x`, kind.toUpperCase(), third].map((each) =>
      stream(each),
    );
    for (const name of names) await append(store, name, 'no-stream', event());
    const found = async (...categories: ReadonlyArray<string>) =>
      (await pages(store, { from: mark, categories })).flatMap((page) => page.events).map((each) => each.stream);
    assert.deepEqual(await found(kind), [names[0], names[4]]);
    assert.deepEqual(await found(other, kind), [names[0], names[2], names[4]]);
    const back = await done(store.readAll({ direction: 'backwards', categories: [kind] }));
    assert.deepEqual(
      back.events.map((each) => each.stream),
      [names[4], names[0]],
    );
  },

  'of a category: `limit` counts what is shown': async ({ store, stream, category }) => {
    const [mark, kind] = [await done(store.head()), category()];
    for (let n = 0; n < 6; n += 1)
      await append(store, stream(n % 2 === 0 ? kind : undefined), 'no-stream', event({ n }));
    const found = await pages(store, { from: mark, categories: [kind], limit: 2 });
    assert.deepEqual(
      found.flatMap((page) => page.events).map(({ data }) => data),
      [{ n: 0 }, { n: 2 }, { n: 4 }],
    );
    assert.equal(found[0]?.events.length, 2);
  },

  'of a category: a page that shows nothing leads on all the same': async ({ store, stream, category }) => {
    const mark = await done(store.head());
    for (let n = 0; n < 3; n += 1) await append(store, stream(), 'no-stream', ...events(2_000));
    const { position } = await append(store, stream(), 'no-stream', event());
    const last = (await pages(store, { from: mark, categories: [category()] })).at(-1);
    assert.deepEqual(last?.events, []);
    assert.ok(last.position >= position);
  },

  'its head is the last event of the last append': async ({ store, stream }) => {
    for (let n = 0; n < 5; n += 1) {
      const { position } = await append(store, stream(), 'no-stream', ...events(2));
      assert.equal(await done(store.head()), position);
      assert.equal((await done(store.readAll({ direction: 'backwards', limit: 1 }))).events[0]?.position, position);
    }
  },
});
