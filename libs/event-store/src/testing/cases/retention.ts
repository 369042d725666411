import assert from 'node:assert/strict';
import type { EventStore, StreamName } from '../../event-store.js';
import { group } from '../contract-case.js';
import { append, done, event, events, holds } from '../steps.js';

const revisions = async (store: EventStore, name: StreamName): Promise<ReadonlyArray<number>> =>
  (await done(store.read(name))).map(({ revision }) => revision);

export const retention = group('retention', {
  'keeps the newest events as more are written': async ({ store, stream }) => {
    const name = stream();
    await done(store.setRetention(name, { maxCount: 2 }));
    for (let n = 0; n < 5; n += 1) await append(store, name, 'any', event());
    assert.deepEqual(await revisions(store, name), [3, 4]);
    const back = await done(store.read(name, { direction: 'backwards' }));
    assert.deepEqual(
      back.map(({ revision }) => revision),
      [4, 3],
    );
  },

  'applies to what was written before it': async ({ store, stream }) => {
    const name = stream();
    await append(store, name, 'no-stream', ...events(5));
    await done(store.setRetention(name, { maxCount: 1 }));
    assert.deepEqual(await revisions(store, name), [4]);
  },

  'leaves the revisions counting, and expected': async ({ store, stream }) => {
    const name = stream();
    await done(store.setRetention(name, { maxCount: 1 }));
    await append(store, name, 'no-stream', ...events(3));
    assert.equal((await append(store, name, 2, event())).revision, 3);
    assert.equal((await store.append(name, 'no-stream', [event()])())._tag, 'Left');
    assert.deepEqual(await revisions(store, name), [3]);
  },

  'never takes the last event of the log': async ({ store, stream }) => {
    const name = stream();
    await done(store.setRetention(name, { maxCount: 1 }));
    const { position } = await append(store, name, 'no-stream', ...events(3));
    assert.equal(await done(store.head()), position);
    assert.ok((await append(store, name, 'any', event())).position > position);
  },

  'leaves other streams alone': async ({ store, stream }) => {
    const [name, other, written] = [stream(), stream(), events(3)];
    await append(store, other, 'no-stream', ...written);
    await done(store.setRetention(name, { maxCount: 1 }));
    await append(store, name, 'no-stream', ...events(3));
    await holds(store, other, written);
  },
});
