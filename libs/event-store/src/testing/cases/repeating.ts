import assert from 'node:assert/strict';
import { group } from '../contract-case.js';
import { append, conflicts, done, event, events, holds } from '../steps.js';

export const repeating = group('repeating', {
  'an append that expected no stream: answered as the first time, written once': async ({ store, stream }) => {
    const [name, written] = [stream(), events(2)];
    const first = await append(store, name, 'no-stream', ...written);
    assert.deepEqual(await append(store, name, 'no-stream', ...written), first);
    await holds(store, name, written);
  },

  'an append that expected a revision, after others have written more': async ({ store, stream }) => {
    const [name, before, written, later] = [stream(), event(), events(2), event()];
    await append(store, name, 'no-stream', before);
    const first = await append(store, name, 0, ...written);
    await append(store, name, 2, later);
    assert.deepEqual(await append(store, name, 0, ...written), first);
    await holds(store, name, [before, ...written, later]);
  },

  'an append that expected nothing, after others have written more': async ({ store, stream }) => {
    const [name, before, written, later] = [stream(), event(), events(2), event()];
    await append(store, name, 'any', before);
    const first = await append(store, name, 'any', ...written);
    await append(store, name, 'any', later);
    assert.deepEqual(await append(store, name, 'any', ...written), first);
    assert.deepEqual(await append(store, name, 'stream-exists', ...written), first);
    await holds(store, name, [before, ...written, later]);
  },

  'many times at once: one is written, all are answered alike': async ({ store, stream }) => {
    const [name, written] = [stream(), events(2)];
    const answers = await Promise.all(Array.from({ length: 16 }, () => append(store, name, 'no-stream', ...written)));
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    await holds(store, name, written);
  },

  'with one event more: refused': async ({ store, stream }) => {
    const [name, written] = [stream(), events(2)];
    await append(store, name, 'no-stream', ...written);
    await conflicts(store.append(name, 'no-stream', [...written, event()]), name, 1);
    await holds(store, name, written);
  },

  'with another event among them: refused': async ({ store, stream }) => {
    const [name, first, ...rest] = [stream(), event(), event()] as const;
    await append(store, name, 'no-stream', first, ...rest);
    await conflicts(store.append(name, 'no-stream', [first, event()]), name, 1);
    await conflicts(store.append(name, 'no-stream', [event(), ...rest]), name, 1);
    await holds(store, name, [first, ...rest]);
  },

  'in another order: refused': async ({ store, stream }) => {
    const [name, written] = [stream(), events(2)];
    await append(store, name, 'no-stream', ...written);
    await conflicts(store.append(name, 'no-stream', written.toReversed()), name, 1);
    await holds(store, name, written);
  },

  'at another revision: refused': async ({ store, stream }) => {
    const [name, written] = [stream(), events(3)];
    await append(store, name, 'no-stream', ...written);
    await conflicts(store.append(name, 0, written.slice(0, 1)), name, 2);
    await holds(store, name, written);
  },

  'in another stream: an append of its own': async ({ store, stream }) => {
    const [one, other, written] = [stream(), stream(), events(2)];
    const first = await append(store, one, 'no-stream', ...written);
    const second = await append(store, other, 'no-stream', ...written);
    assert.notEqual(second.position, first.position);
    await holds(store, one, written);
    await holds(store, other, written);
  },

  'leaves the log where it is': async ({ store, stream }) => {
    const [name, written] = [stream(), events(2)];
    await append(store, name, 'no-stream', ...written);
    const head = await done(store.head());
    await append(store, name, 'no-stream', ...written);
    assert.equal(await done(store.head()), head);
  },
});
