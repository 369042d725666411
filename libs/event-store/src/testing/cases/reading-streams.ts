import assert from 'node:assert/strict';
import type { ReadStream } from '../../event-store.js';
import { group } from '../contract-case.js';
import { append, done, events, holds } from '../steps.js';

const [forwards, backwards] = ['forwards', 'backwards'] as const;

/** What a stream of five events answers: the revisions, in order. */
const questions: ReadonlyArray<readonly [ReadStream, ReadonlyArray<number>]> = [
  [{}, [0, 1, 2, 3, 4]],
  [{ from: 2 }, [2, 3, 4]],
  [{ from: 4 }, [4]],
  [{ from: 5 }, []],
  [{ limit: 2 }, [0, 1]],
  [{ limit: 9 }, [0, 1, 2, 3, 4]],
  [{ from: 1, limit: 2 }, [1, 2]],
  [{ limit: 0 }, []],
];

const backwardsQuestions: typeof questions = [
  [{}, [4, 3, 2, 1, 0]],
  [{ from: 2 }, [2, 1, 0]],
  [{ from: 0 }, [0]],
  [{ from: 9 }, [4, 3, 2, 1, 0]],
  [{ limit: 2 }, [4, 3]],
  [{ from: 3, limit: 2 }, [3, 2]],
];

export const readingStreams = group('reading a stream', {
  'that does not exist is reading nothing': async ({ store, stream }) => {
    for (const direction of [forwards, backwards])
      assert.deepEqual(await done(store.read(stream(), { direction })), []);
  },

  'forwards, from where and how many': async ({ store, stream }) => {
    const name = stream();
    await append(store, name, 'no-stream', ...events(5));
    for (const [options, expected] of questions) {
      const found = await done(store.read(name, options));
      assert.deepEqual(
        found.map(({ revision }) => revision),
        expected,
        JSON.stringify(options),
      );
    }
  },

  'backwards, from where and how many': async ({ store, stream }) => {
    const name = stream();
    await append(store, name, 'no-stream', ...events(5));
    for (const [options, expected] of backwardsQuestions) {
      const found = await done(store.read(name, { ...options, direction: backwards }));
      assert.deepEqual(
        found.map(({ revision }) => revision),
        expected,
        JSON.stringify(options),
      );
    }
  },

  'of any length, whole': async ({ store, stream }) => {
    const [name, written] = [stream(), events(2_300)];
    await append(store, name, 'no-stream', ...written);
    await holds(store, name, written);
    const back = await done(store.read(name, { direction: backwards }));
    assert.deepEqual(
      back.map(({ revision }) => revision),
      written.map((_, n) => written.length - 1 - n),
    );
  },

  'shows what was acknowledged, at once': async ({ store, stream }) => {
    const name = stream();
    for (let n = 0; n < 20; n += 1) {
      const { revision } = await append(store, name, 'any', ...events(1));
      assert.equal((await done(store.read(name, { direction: backwards, limit: 1 })))[0]?.revision, revision);
    }
  },

  'shows what was acknowledged, at once, to those who have read before and come back for more': async ({
    store,
    stream,
  }) => {
    const writer = async (): Promise<void> => {
      const name = stream();
      let from = 0;
      for (let n = 0; n < 25; n += 1) {
        assert.deepEqual(await done(store.read(name, { from })), []);
        const { revision } = await append(store, name, from === 0 ? 'no-stream' : from - 1, ...events(1));
        assert.equal((await done(store.read(name, { from })))[0]?.revision, revision);
        from = revision + 1;
      }
    };
    await Promise.all(Array.from({ length: 16 }, writer));
  },

  'shows nothing of another': async ({ store, stream, category }) => {
    const kind = category();
    const [short, long] = [`${kind}-1`, `${kind}-1-1`] as const;
    const [one, other] = [events(2), events(3)];
    await append(store, short, 'no-stream', ...one);
    await append(store, long, 'no-stream', ...other);
    await holds(store, short, one);
    await holds(store, long, other);
    assert.deepEqual(await done(store.read(stream(kind))), []);
  },
});
