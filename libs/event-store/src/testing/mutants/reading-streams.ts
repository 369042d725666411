import { E, pipe, TE } from '#libs/kernel';
import type { Position, StoreFailure, StreamName } from '../../event-store.js';
import { mutant } from './mutant.js';

const lower = (stream: StreamName): StreamName => {
  const dash = stream.indexOf('-') + 1;
  return `${stream.slice(0, dash)}${stream.slice(dash).toLowerCase()}` as StreamName;
};

export const readingStreamsMutants = [
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
    'remembers that there was nothing new',
    (inner) => {
      const nothing = new Set<string>();
      return {
        read: (stream, options) => async () => {
          const asked = `${stream} ${JSON.stringify(options)}`;
          if (nothing.has(asked)) return E.right([]);
          const found = await inner.read(stream, options)();
          if (E.isRight(found) && found.right.length === 0) nothing.add(asked);
          return found;
        },
      };
    },
    'shows what was acknowledged, at once, to those who have read before and come back for more',
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
];
