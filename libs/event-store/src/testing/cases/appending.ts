import assert from 'node:assert/strict';
import { E } from '#libs/kernel';
import { START } from '../../event-store.js';
import { group } from '../contract-case.js';
import { append, conflicts, done, event, events, holds, ids } from '../steps.js';

export const appending = [
  ...group('appending', {
    'gives an event back as it was written': async ({ store, stream }) => {
      const [name, written] = [stream(), event({ a: 1 }, 'Began', { by: 'me' })];
      const { position } = await append(store, name, 'no-stream', written);
      const found = await done(store.read(name));
      assert.deepEqual(
        // Read one by one: an adapter may make some of them only when asked.
        found.map(({ id, type, version, data, metadata, stream, revision, position: at }) => {
          return { id, type, version, data, metadata, stream, revision, position: at };
        }),
        [{ ...written, stream: name, revision: 0, position }],
      );
    },

    'answers the revision and position of the last event of the append': async ({ store, stream }) => {
      const name = stream();
      const answer = await append(store, name, 'no-stream', ...events(3));
      const last = (await done(store.read(name))).at(-1);
      assert.deepEqual(answer, { revision: 2, position: last?.position });
    },

    'expecting no stream: refused when there is one': async ({ store, stream }) => {
      const [name, written] = [stream(), events(2)];
      await append(store, name, 'no-stream', ...written);
      await conflicts(store.append(name, 'no-stream', [event()]), name, 1);
      await holds(store, name, written);
    },

    'expecting a revision: taken when it is the last': async ({ store, stream }) => {
      const [name, written] = [stream(), events(3)];
      await append(store, name, 'no-stream', ...written.slice(0, 2));
      assert.equal((await append(store, name, 1, ...written.slice(2))).revision, 2);
      await holds(store, name, written);
    },

    'expecting a revision: refused when the stream is further': async ({ store, stream }) => {
      const [name, written] = [stream(), events(3)];
      await append(store, name, 'no-stream', ...written);
      await conflicts(store.append(name, 1, [event()]), name, 2);
      await holds(store, name, written);
    },

    'expecting a revision: refused when the stream is not so far': async ({ store, stream }) => {
      const [name, written] = [stream(), events(2)];
      await append(store, name, 'no-stream', ...written);
      await conflicts(store.append(name, 2, [event()]), name, 1);
      await holds(store, name, written);
    },

    'expecting a revision: refused when there is no stream': async ({ store, stream }) => {
      const name = stream();
      await conflicts(store.append(name, 0, [event()]), name, null);
      await holds(store, name, []);
    },

    'expecting anything: taken with a stream and without': async ({ store, stream }) => {
      const [name, written] = [stream(), events(2)];
      for (const each of written) await append(store, name, 'any', each);
      await holds(store, name, written);
    },

    'expecting a stream: taken when there is one': async ({ store, stream }) => {
      const [name, written] = [stream(), events(2)];
      await append(store, name, 'no-stream', ...written.slice(0, 1));
      await append(store, name, 'stream-exists', ...written.slice(1));
      await holds(store, name, written);
    },

    'expecting a stream: refused when there is none': async ({ store, stream }) => {
      const name = stream();
      await conflicts(store.append(name, 'stream-exists', [event()]), name, null);
      await holds(store, name, []);
    },

    'writes all events of one append, in their order': async ({ store, stream }) => {
      const [name, written] = [stream(), events(50)];
      await append(store, name, 'no-stream', ...written);
      await holds(store, name, written);
    },

    'no events: answers where the stream is, and writes nothing': async ({ store, stream }) => {
      const [name, written] = [stream(), events(2)];
      const last = await append(store, name, 'no-stream', ...written);
      const head = await done(store.head());
      assert.deepEqual(await append(store, name, 'any'), last);
      assert.deepEqual(await append(store, name, 1), last);
      assert.deepEqual(await append(store, stream(), 'no-stream'), { revision: -1, position: START });
      assert.equal(await done(store.head()), head);
    },

    'no events: refused like any other append': async ({ store, stream }) => {
      const name = stream();
      await conflicts(store.append(name, 'stream-exists', []), name, null);
      await append(store, name, 'no-stream', event());
      await conflicts(store.append(name, 'no-stream', []), name, 0);
      await conflicts(store.append(name, 5, []), name, 0);
    },
  }),

  ...group('appending at once', {
    'of 64 that expect the same revision, exactly one wins': async ({ store, stream }) => {
      const [name, first] = [stream(), event()];
      await append(store, name, 'no-stream', first);
      const rivals = events(64);
      const answers = await Promise.all(rivals.map((each) => store.append(name, 0, [each])()));
      const winners = rivals.filter((_, n) => answers[n]?._tag === 'Right');
      assert.equal(winners.length, 1);
      for (const lost of answers.filter(E.isLeft)) {
        assert.deepEqual(lost.left, { _tag: 'RevisionConflict', stream: name, actual: 1 });
      }
      await holds(store, name, [first, ...winners]);
    },

    'to 64 streams, all are taken': async ({ store, stream }) => {
      const written = events(64).map((each) => ({ name: stream(), each }));
      await Promise.all(written.map(({ name, each }) => append(store, name, 'no-stream', each)));
      for (const { name, each } of written) await holds(store, name, [each]);
    },

    'to one stream without expectations, all are taken, each in one piece': async ({ store, stream }) => {
      const name = stream();
      const appends = Array.from({ length: 32 }, () => events(3));
      const answers = await Promise.all(appends.map((each) => append(store, name, 'any', ...each)));
      const found = await done(store.read(name));
      assert.equal(found.length, 96);
      answers.forEach(({ revision }, n) => {
        assert.deepEqual(ids(found.slice(revision - 2, revision + 1)), ids(appends[n] ?? []));
      });
    },
  }),
];
