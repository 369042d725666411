import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { abreast } from './abreast.js';

async function* upTo(count: number, taken: number[] = []): AsyncGenerator<number> {
  for (let n = 0; n < count; n += 1) {
    await Promise.resolve();
    taken.push(n);
    yield n;
  }
}

const all = async <A>(items: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: A[] = [];
  for await (const item of items) found.push(item);
  return found;
};

it('answers in order, whatever takes longest, with no more under way than may be', async () => {
  let [now, most] = [0, 0];
  const work = async (n: number) => {
    most = Math.max(most, (now += 1));
    await delay((n * 7) % 5);
    now -= 1;
    return n;
  };
  expect(await all(abreast(upTo(100), 8, work))).toEqual([...Array(100).keys()]);
  expect(most).toBe(8);
});

it('answers what is done while the next has yet to come', async () => {
  const items = (async function* () {
    yield 1;
    await new Promise(() => undefined);
  })();
  const answers = abreast(items, 8, (n) => Promise.resolve(n));
  expect(await answers.next()).toEqual({ done: false, value: 1 });
});

it('takes no more than there is room for while nobody reads', async () => {
  const taken: number[] = [];
  const answers = abreast(upTo(100, taken), 4, (n) => Promise.resolve(n));
  await answers.next();
  await delay(10);
  expect(taken.length).toBeLessThanOrEqual(6);
});

it('fails where its source does, and nothing is left to fail by itself', async () => {
  const items = (async function* () {
    yield* [1, 2, 3, 4];
    await Promise.resolve();
    throw new Error('gone');
  })();
  const seen: unknown[] = [];
  const note = (error: unknown) => seen.push(error);
  process.on('unhandledRejection', note);
  const answers = abreast(items, 2, async (n) => {
    await delay(5);
    return n;
  });
  await expect(all(answers)).rejects.toThrow('gone');
  await delay(20);
  process.off('unhandledRejection', note);
  expect(seen).toEqual([]);
});
