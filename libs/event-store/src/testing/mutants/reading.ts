import { pipe, TE } from '#libs/kernel';
import type { Position, ReadAll, StoreFailure, StreamName } from '../../event-store.js';
import { changing, mutant } from './mutant.js';

const moved = ({ from, direction, ...rest }: ReadAll, forwards: bigint, backwards: bigint): ReadAll => ({
  ...rest,
  ...(direction && { direction }),
  ...(from !== undefined && { from: from + (direction === 'backwards' ? backwards : forwards) }),
});

const lower = (stream: StreamName): StreamName => {
  const dash = stream.indexOf('-') + 1;
  return `${stream.slice(0, dash)}${stream.slice(dash).toLowerCase()}` as StreamName;
};

export const readingMutants = [
  mutant(
    'fails for a stream that does not exist',
    (inner) => ({
      read: (...args) =>
        pipe(
          inner.read(...args),
          TE.filterOrElse(
            (events) => events.length > 0,
            (): StoreFailure => ({ _tag: 'StoreUnavailable', cause: 'no stream' }),
          ),
        ),
    }),
    'that does not exist is reading nothing',
  ),
  mutant(
    'reads a stream from the event next to the one asked for',
    (inner) => ({
      read: (stream, { from, ...options } = {}) =>
        inner.read(stream, {
          ...options,
          ...(from !== undefined && { from: from + (options.direction === 'backwards' ? -1 : 1) }),
        }),
    }),
    'forwards, from where and how many',
    'backwards, from where and how many',
  ),
  mutant(
    'reads a thousand events of a stream at most',
    (inner) => ({ read: (stream, options) => inner.read(stream, { limit: 1000, ...options }) }),
    'of any length, whole',
  ),
  mutant(
    'shows an event when the next one comes',
    (inner) => {
      let newest: Position = 0n;
      return {
        append: (...args) =>
          pipe(
            inner.append(...args),
            TE.map((answer) => {
              newest = answer.position;
              return answer;
            }),
          ),
        read: (...args) =>
          pipe(
            inner.read(...args),
            TE.map((events) => events.filter(({ position }) => position < newest)),
          ),
      };
    },
    'shows what was acknowledged, at once',
  ),
  mutant(
    'reads all streams that begin alike',
    (inner) => ({
      read: (stream) =>
        pipe(
          inner.readAll({ limit: 5000 }),
          TE.map(({ events }) => events.filter((each) => each.stream.startsWith(stream))),
        ),
    }),
    'shows nothing of another',
  ),
  mutant(
    'folds the case of stream names',
    (inner) => ({
      append: (stream, expected, events) => inner.append(lower(stream), expected, events),
      read: (stream, options) => inner.read(lower(stream), options),
    }),
    'streams are told apart to the byte',
  ),
  mutant(
    'normalises stream names',
    (inner) => ({
      append: (stream, expected, events) => inner.append(stream.normalize() as StreamName, expected, events),
      read: (stream, options) => inner.read(stream.normalize() as StreamName, options),
    }),
    'streams are told apart to the byte',
  ),
  mutant(
    'begins a page with the last event of the one before',
    (inner) => ({ readAll: (options = {}) => inner.readAll(moved(options, -1n, 1n)) }),
    'forwards: every event once, in the order of the appends',
    'forwards: after `from`, without it',
    'backwards: every event once, newest first',
    'backwards: before `from`, without it',
    'pages skip and repeat nothing while appends go on',
  ),
  mutant(
    'skips an event between pages',
    (inner) => ({ readAll: (options = {}) => inner.readAll(moved(options, 1n, -1n)) }),
    'forwards: every event once, in the order of the appends',
    'backwards: every event once, newest first',
    'pages skip and repeat nothing while appends go on',
  ),
  mutant(
    'orders a page by stream',
    (inner) => ({
      readAll: (options) =>
        pipe(
          inner.readAll(options),
          TE.map((page) => ({ ...page, events: page.events.toSorted((a, b) => (a.stream < b.stream ? -1 : 1)) })),
        ),
    }),
    'positions ascend over all streams, and a stream agrees with the log',
  ),
  mutant(
    'forgets the limit of a page',
    (inner) => ({ readAll: ({ limit: _, ...options } = {}) => inner.readAll({ ...options, limit: 5000 }) }),
    'no more than `limit`, and 1,000 when it is left out',
  ),
  mutant(
    'never says that a page is the last',
    (inner) => ({
      readAll: (options) =>
        pipe(
          inner.readAll(options),
          TE.map((page) => ({ ...page, end: false })),
        ),
    }),
    'says when nothing lies beyond a page',
  ),
  mutant(
    'says of every page that it is the last',
    (inner) => ({
      readAll: (options) =>
        pipe(
          inner.readAll(options),
          TE.map((page) => ({ ...page, end: true })),
        ),
    }),
    'says when nothing lies beyond a page',
    'pages skip and repeat nothing while appends go on',
  ),
  mutant(
    'filters by how a stream begins, and after counting',
    (inner) => ({
      readAll: ({ categories, ...options } = {}) =>
        pipe(
          inner.readAll(options),
          TE.map((page) => ({
            ...page,
            events: page.events.filter(({ stream }) => categories?.some((each) => stream.startsWith(each)) ?? true),
          })),
        ),
      subscribe: ({ categories, ...options }) =>
        changing(inner.subscribe(options), (batch) => ({
          ...batch,
          events: batch.events.filter(({ stream }) => categories?.some((each) => stream.startsWith(each)) ?? true),
        })),
    }),
    'of some categories: theirs and nobody else’s',
    'of a category: `limit` counts what is shown',
    'shows the categories asked for, and no others',
  ),
  mutant(
    'stays where it is when a page shows nothing',
    (inner) => ({
      readAll: (options) =>
        pipe(
          inner.readAll(options),
          TE.map((page) => ({ ...page, position: page.events.at(-1)?.position ?? options?.from ?? page.position })),
        ),
    }),
    'of a category: a page that shows nothing leads on all the same',
  ),
  mutant(
    'has its head one event back',
    (inner) => ({
      head: () =>
        pipe(
          inner.head(),
          TE.map((position) => position - 1n),
        ),
    }),
    'its head is the last event of the last append',
    'never takes the last event of the log',
    'has its head at the start',
  ),
  mutant(
    'has no page for an empty log',
    (inner) => ({
      readAll: (options) =>
        pipe(
          inner.readAll(options),
          TE.map((page) => ({ ...page, position: 1n })),
        ),
    }),
    'is read as one empty page',
  ),
];
