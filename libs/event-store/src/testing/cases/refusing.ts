import assert from 'node:assert/strict';
import { group } from '../contract-case.js';
import { append, event, events, holds, refused } from '../steps.js';

const limit = 1024 * 1024;

const cycle = (): unknown => {
  const self: Record<string, unknown> = {};
  self['self'] = self;
  return self;
};

const notJson: ReadonlyArray<readonly [string, () => unknown]> = [
  ['a BigInt', () => ({ n: 1n })],
  ['a cycle', cycle],
  ['undefined', () => undefined],
  ['a function', () => () => 1],
];

export const refusing = group('refusing', {
  'an append of over 1 MiB': async ({ store, stream }) => {
    const name = stream();
    const failure = await refused(store.append(name, 'no-stream', [event('x'.repeat(limit))]));
    assert.equal(failure._tag, 'AppendTooLarge');
    assert.equal(failure.limit, limit);
    assert.ok(failure.bytes > limit);
    await holds(store, name, []);
  },

  'an append whose events are over 1 MiB together, counted in UTF-8': async ({ store, stream }) => {
    const name = stream();
    const written = Array.from({ length: 4 }, () => event('é'.repeat(limit / 8)));
    assert.equal((await refused(store.append(name, 'no-stream', written)))._tag, 'AppendTooLarge');
    await holds(store, name, []);
  },

  'not one that is just below it': async ({ store, stream }) => {
    const [name, written] = [stream(), event('x'.repeat(limit - 1024))];
    await append(store, name, 'no-stream', written);
    await holds(store, name, [written]);
  },

  'data that JSON cannot hold, and nothing beside it': async ({ store, stream }) => {
    for (const [what, make] of notJson) {
      const [name, neighbour, other] = [stream(), stream(), event()];
      const [faulty] = await Promise.all([
        store
          .append(name, 'no-stream', [event(), { ...event(), data: make() }])()
          .then(
            () => 'answered',
            () => 'thrown',
          ),
        append(store, neighbour, 'no-stream', other),
      ]);
      assert.equal(faulty, 'thrown', what);
      await holds(store, name, []);
      await holds(store, neighbour, [other]);
    }
  },

  'metadata that JSON cannot hold': async ({ store, stream }) => {
    for (const [what, make] of notJson) {
      const name = stream();
      await assert.rejects(store.append(name, 'no-stream', [{ ...event(), metadata: make() }]), TypeError, what);
      await holds(store, name, []);
    }
  },

  'one id twice in one append': async ({ store, stream }) => {
    const [name, twice] = [stream(), event()];
    await assert.rejects(store.append(name, 'no-stream', [twice, ...events(1), twice]), TypeError);
    await holds(store, name, []);
  },
});
