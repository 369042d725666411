import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { START } from '../../event-store.js';
import { group } from '../contract-case.js';
import { append, batchesUntil, done, event, events, eventsUpTo, ids, within } from '../steps.js';

export const subscribing = [
  ...group('subscribing', {
    'delivers everything once and in order, from the past into the present': async ({
      store,
      stream,
      category,
      patience,
    }) => {
      const [mark, kind, last] = [await done(store.head()), category(), event()];
      for (let n = 0; n < 30; n += 1) await append(store, stream(kind), 'no-stream', ...events(100));
      const delivered = eventsUpTo(patience, store.subscribe({ after: mark }), last.id);
      const writers = Array.from({ length: 8 }, async () => {
        const name = stream(kind);
        for (let n = 0; n < 40; n += 1) await append(store, name, 'any', event());
      });
      await Promise.all(writers);
      await append(store, stream(kind), 'no-stream', last);
      const own = (await delivered).filter((each) => each.stream.startsWith(kind));
      assert.equal(own.length, 30 * 100 + 8 * 40 + 1);
      own.slice(1).forEach(({ position }, n) => {
        assert.ok(position > (own[n]?.position ?? position), 'out of order, or twice');
      });
    },

    'begins after the position, without it': async ({ store, stream, category, patience }) => {
      const [kind, [first, second, third]] = [category(), [event(), event(), event()] as const];
      await append(store, stream(kind), 'no-stream', first);
      const { position } = await append(store, stream(kind), 'no-stream', second);
      await append(store, stream(kind), 'no-stream', third);
      const found = await eventsUpTo(patience, store.subscribe({ after: position, categories: [kind] }), third.id);
      assert.deepEqual(ids(found), ids([third]));
    },

    'goes on from a checkpoint without a gap or a repeat': async ({ store, stream, category, patience }) => {
      const [kind, all] = [category(), [...events(7)]];
      let after = await done(store.head());
      const found: string[] = [];
      for (const each of all) {
        await append(store, stream(kind), 'no-stream', each);
        const subscription = store.subscribe({ after, categories: [kind] });
        const batches = await batchesUntil(patience, subscription, ({ caughtUp }) => caughtUp);
        found.push(...ids(batches.flatMap((batch) => batch.events)));
        after = batches.at(-1)?.position ?? after;
      }
      assert.deepEqual(found, ids(all));
    },

    'gives every subscriber everything': async ({ store, stream, category, patience }) => {
      const [after, kind, all] = [await done(store.head()), category(), events(50)];
      const last = all.at(-1)?.id ?? event().id;
      const readers = Array.from({ length: 5 }, () =>
        eventsUpTo(patience, store.subscribe({ after, categories: [kind] }), last),
      );
      const name = stream(kind);
      for (const each of all) await append(store, name, 'any', each);
      for (const found of await Promise.all(readers)) assert.deepEqual(ids(found), ids(all));
    },

    'waits for a slow subscriber, and loses nothing': async ({ store, stream, category, patience }) => {
      const [after, name, all] = [await done(store.head()), stream(category()), events(200)];
      const last = all.at(-1)?.id ?? event().id;
      const found = eventsUpTo(patience, store.subscribe({ after }), last, async () => {
        await delay(5);
      });
      for (const each of all) await append(store, name, 'any', each);
      assert.deepEqual(ids((await found).filter(({ stream: of }) => of === name)), ids(all));
    },

    'shows the categories asked for, and no others': async ({ store, stream, category, patience }) => {
      const [after, kind, last] = [await done(store.head()), category(), event()];
      const subscription = store.subscribe({ after, categories: [kind] });
      const found = eventsUpTo(patience, subscription, last.id);
      for (const each of [`${kind}X`, kind, category(), kind.slice(0, -1)])
        await append(store, stream(each), 'no-stream', event());
      await append(store, stream(kind), 'no-stream', last);
      assert.deepEqual(
        (await found).map((each) => each.stream.split('-')[0]),
        [kind, kind],
      );
    },

    'moves its checkpoint past what the filter hides': async ({ store, stream, category, patience }) => {
      const after = await done(store.head());
      await append(store, stream(), 'no-stream', ...events(50));
      const subscription = store.subscribe({ after, categories: [category()] });
      const head = await done(store.head());
      const past = await batchesUntil(patience, subscription, ({ caughtUp }) => caughtUp);
      assert.deepEqual(
        past.flatMap((batch) => batch.events),
        [],
      );
      assert.equal(past.at(-1)?.position, head);
      const live = store.subscribe({ after: head, categories: [category()] });
      const moved = batchesUntil(patience, live, ({ position }) => position > head);
      await append(store, stream(), 'no-stream', event());
      assert.deepEqual(
        (await moved).flatMap((batch) => batch.events),
        [],
      );
    },

    'says that it has caught up, when there was nothing to catch up with': async ({ store, stream, patience }) => {
      const { position } = await append(store, stream(), 'no-stream', event());
      const [batch] = await batchesUntil(patience, store.subscribe({ after: position }), () => true);
      assert.deepEqual({ ...batch }, { events: [], position, caughtUp: true });
    },

    'says that it has caught up only at the head': async ({ store, stream, patience }) => {
      const after = await done(store.head());
      const { position } = await append(store, stream(), 'no-stream', ...events(3_000));
      const batches = await batchesUntil(patience, store.subscribe({ after }), ({ caughtUp }) => caughtUp);
      assert.equal(batches.at(-1)?.position, position);
      assert.equal(batches.flatMap((batch) => batch.events).length, 3_000);
    },

    'ends at once when it is closed, while it waits': async ({ store, patience }) => {
      const subscription = store.subscribe({ after: await done(store.head()) });
      let caughtUp = (): void => undefined;
      const waiting = new Promise<void>((resolve) => {
        caughtUp = resolve;
      });
      const ended = (async () => {
        for await (const batch of subscription) if (batch.caughtUp) caughtUp();
      })();
      await within(patience, 'catching up', waiting);
      await delay(10);
      subscription.close();
      await within(Math.min(patience, 1_000), 'the end of the iteration', ended);
    },

    'delivers nothing after it is closed': async ({ store, stream, category, patience }) => {
      const [after, kind] = [await done(store.head()), category()];
      await append(store, stream(kind), 'no-stream', event());
      const subscription = store.subscribe({ after, categories: [kind] });
      const batches = await batchesUntil(
        patience,
        subscription,
        () => false,
        async () => {
          subscription.close();
          await append(store, stream(kind), 'no-stream', event());
        },
      );
      assert.equal(batches.length, 1);
    },
  }),

  ...group('an empty log', {
    'has its head at the start': async ({ store }) => {
      assert.equal(await done(store.head()), START);
    },

    'is read as one empty page': async ({ store }) => {
      for (const direction of ['forwards', 'backwards'] as const) {
        assert.deepEqual({ ...(await done(store.readAll({ direction }))) }, { events: [], position: START, end: true });
      }
    },

    'is caught up with at once': async ({ store, patience }) => {
      const [batch] = await batchesUntil(patience, store.subscribe({ after: START }), () => true);
      assert.deepEqual({ ...batch }, { events: [], position: START, caughtUp: true });
    },
  }),
];
