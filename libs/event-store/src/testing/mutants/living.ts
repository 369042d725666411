import { randomUUID } from 'node:crypto';
import { TE } from '#libs/kernel';
import { type EventStore, START, type StreamName, type Subscription } from '../../event-store.js';
import { changing, mutant } from './mutant.js';

const forgetful = (inner: Subscription, fate: (n: number) => boolean): Subscription => {
  let n = 0;
  return changing(inner, (batch) => ({ ...batch, events: batch.events.filter(() => fate((n += 1))) }));
};

const quiet = (inner: Subscription): Subscription => ({
  close: () => {
    inner.close();
  },
  async *[Symbol.asyncIterator]() {
    try {
      yield* inner;
    } catch {
      return;
    }
  },
});

const impatient = (inner: Subscription): Subscription => {
  let asked = 0;
  return changing(inner, (batch) => {
    const late = asked > 0 && performance.now() - asked > 3;
    asked = performance.now();
    return late ? { ...batch, events: batch.events.slice(1) } : batch;
  });
};

export const livingMutants = [
  mutant(
    'delivers the last event of a batch twice',
    (inner) => ({
      subscribe: (options) =>
        changing(inner.subscribe(options), (batch) => ({
          ...batch,
          events: [...batch.events, ...batch.events.slice(-1)],
        })),
    }),
    'delivers everything once and in order, from the past into the present',
    'gives every subscriber everything',
  ),
  mutant(
    'loses one event in forty',
    (inner) => ({ subscribe: (options) => forgetful(inner.subscribe(options), (n) => n % 40 !== 0) }),
    'delivers everything once and in order, from the past into the present',
    'gives every subscriber everything',
    'waits for a slow subscriber, and loses nothing',
  ),
  mutant(
    'loses what comes right after catching up',
    (inner) => ({
      subscribe: (options) => {
        let live = false;
        return changing(inner.subscribe(options), (batch) => {
          const shown = live && batch.events.length > 0 ? { ...batch, events: batch.events.slice(1) } : batch;
          live = batch.caughtUp && !live;
          return shown;
        });
      },
    }),
    'gives every subscriber everything',
  ),
  mutant(
    'turns a batch around',
    (inner) => ({
      subscribe: (options) =>
        changing(inner.subscribe(options), (batch) => ({ ...batch, events: batch.events.toReversed() })),
    }),
    'delivers everything once and in order, from the past into the present',
  ),
  mutant(
    'begins with the event it should begin after',
    (inner) => ({
      subscribe: ({ after, ...options }) => inner.subscribe({ ...options, after: after > START ? after - 1n : after }),
    }),
    'begins after the position, without it',
    'goes on from a checkpoint without a gap or a repeat',
    'says that it has caught up, when there was nothing to catch up with',
  ),
  mutant(
    'gives an event to one subscriber only',
    (inner) => {
      const given = new Set<string>();
      return {
        subscribe: (options) =>
          changing(inner.subscribe(options), (batch) => ({
            ...batch,
            events: batch.events.filter(({ id }) => !given.has(id) && given.add(id)),
          })),
      };
    },
    'gives every subscriber everything',
  ),
  mutant(
    'drops what a slow subscriber has not fetched',
    (inner) => ({ subscribe: (options) => impatient(inner.subscribe(options)) }),
    'waits for a slow subscriber, and loses nothing',
  ),
  mutant(
    'says nothing when the filter hides everything',
    (inner) => ({
      subscribe: (options) =>
        changing(inner.subscribe(options), (batch) => (batch.events.length === 0 ? undefined : batch)),
    }),
    'moves its checkpoint past what the filter hides',
    'is caught up with at once',
  ),
  mutant(
    'never says that it has caught up',
    (inner) => ({
      subscribe: (options) => changing(inner.subscribe(options), (batch) => ({ ...batch, caughtUp: false })),
    }),
    'says that it has caught up, when there was nothing to catch up with',
    'goes on from a checkpoint without a gap or a repeat',
  ),
  mutant(
    'says at once that it has caught up',
    (inner) => ({
      subscribe: (options) => changing(inner.subscribe(options), (batch) => ({ ...batch, caughtUp: true })),
    }),
    'says that it has caught up only at the head',
  ),
  mutant(
    'is deaf to close',
    (inner) => ({
      subscribe: (options) => {
        const iterated = inner.subscribe(options);
        return { close: () => undefined, [Symbol.asyncIterator]: () => iterated[Symbol.asyncIterator]() };
      },
    }),
    'ends at once when it is closed, while it waits',
    'delivers nothing after it is closed',
  ),
  mutant(
    'ends a subscription quietly when the store goes away',
    (inner) => ({ subscribe: (options) => quiet(inner.subscribe(options)) }),
    'after it a subscription fails',
    'a subscription that waits is told',
  ),
  mutant(
    'keeps everything',
    () => ({ setRetention: () => TE.right(undefined) }),
    'keeps the newest events as more are written',
    'applies to what was written before it',
    'leaves the revisions counting, and expected',
    'still keeps what it was told to keep',
  ),
  mutant(
    'keeps no more of any stream than of one',
    (inner) => {
      const streams = new Set<StreamName>();
      return {
        append: (stream, expected, events) => {
          streams.add(stream);
          return inner.append(stream, expected, events);
        },
        setRetention: (stream, retention) => async () => {
          for (const each of streams) await inner.setRetention(each, retention)();
          return inner.setRetention(stream, retention)();
        },
      };
    },
    'leaves other streams alone',
  ),
  mutant(
    'goes on after it was closed',
    () => ({ close: () => Promise.resolve() }),
    'after it every call answers that the store is away',
    'after it a subscription fails',
    'a subscription that waits is told',
  ),
  mutant(
    'can be closed once',
    (inner) => {
      let closed = false;
      return {
        close: () => {
          if (closed) return Promise.reject(new Error('closed already'));
          closed = true;
          return inner.close();
        },
      };
    },
    'twice is once',
  ),
  mutant(
    'is another log whenever it is opened',
    (): Partial<EventStore> => ({ logId: randomUUID() }),
    'finds everything as it was, under the same log id',
  ),
];
