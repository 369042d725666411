import assert from 'node:assert/strict';
import { START } from '../../event-store.js';
import { StoreFailed } from '../../store-failed.js';
import { group } from '../contract-case.js';
import { append, batchesUntil, done, event, events, holds, pages, refused, within } from '../steps.js';

export const lifetime = [
  ...group('closing', {
    'after it every call answers that the store is away': async ({ store, stream }) => {
      const name = stream();
      await append(store, name, 'no-stream', event());
      await store.close();
      const calls = [
        store.append(name, 'any', [event()]),
        store.read(name),
        store.readAll(),
        store.head(),
        store.setRetention(name, { maxCount: 1 }),
      ];
      for (const call of calls) assert.equal((await refused(call))._tag, 'StoreUnavailable');
    },

    'after it a subscription fails': async ({ store, patience }) => {
      await store.close();
      await assert.rejects(
        batchesUntil(patience, store.subscribe({ after: START }), () => true),
        StoreFailed,
      );
    },

    'a subscription that waits is told': async ({ store, patience }) => {
      const subscription = store.subscribe({ after: await done(store.head()) });
      const waiting = batchesUntil(patience, subscription, () => false);
      const told = assert.rejects(
        waiting,
        (error) => error instanceof StoreFailed && error.failure._tag === 'StoreUnavailable',
      );
      await new Promise(setImmediate);
      await store.close();
      await told;
    },

    'twice is once': async ({ store, patience }) => {
      await within(patience, 'closing', assert.doesNotReject(Promise.all([store.close(), store.close()])));
      await within(patience, 'closing', assert.doesNotReject(store.close()));
    },
  }),

  ...group('reopening', {
    'finds everything as it was, under the same log id': async ({ store, stream, reopen }) => {
      const { logId } = store;
      const mark = await done(store.head());
      for (let n = 0; n < 5; n += 1) await append(store, stream(), 'no-stream', ...events(3));
      const before = await pages(store, { from: mark });
      const again = await reopen();
      assert.equal(again.logId, logId);
      assert.notEqual(logId, '');
      assert.deepEqual(JSON.parse(text(await pages(again, { from: mark }))), JSON.parse(text(before)));
    },

    'goes on where it stopped': async ({ store, stream, reopen }) => {
      const [name, written] = [stream(), events(4)];
      const first = await append(store, name, 'no-stream', ...written.slice(0, 2));
      const again = await reopen();
      assert.deepEqual(await append(again, name, 'no-stream', ...written.slice(0, 2)), first);
      const next = await append(again, name, 1, ...written.slice(2));
      assert.ok(next.position > first.position);
      await holds(again, name, written);
    },

    'still keeps what it was told to keep': async ({ store, stream, reopen }) => {
      const name = stream();
      await done(store.setRetention(name, { maxCount: 1 }));
      const again = await reopen();
      for (const each of events(3)) await append(again, name, 'any', each);
      assert.deepEqual(
        (await done(again.read(name))).map(({ revision }) => revision),
        [2],
      );
    },

    'what was accepted before closing was finished': async ({ store, stream, reopen }) => {
      const written = events(64).map((each) => ({ name: stream(), each }));
      const answers = written.map(({ name, each }) => append(store, name, 'no-stream', each));
      const again = await reopen();
      await Promise.all(answers);
      for (const { name, each } of written) await holds(again, name, [each]);
    },
  }),
];

/** Bigints have no JSON of their own. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
