import { pipe, TE } from '#libs/kernel';
import type { ReadAll } from '../../event-store.js';
import { changing, mutant } from './mutant.js';

const moved = ({ from, direction, ...rest }: ReadAll, forwards: bigint, backwards: bigint): ReadAll => ({
  ...rest,
  ...(direction && { direction }),
  ...(from !== undefined && { from: from + (direction === 'backwards' ? backwards : forwards) }),
});

export const readingTheLogMutants = [
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
