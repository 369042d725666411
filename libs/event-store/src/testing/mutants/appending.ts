import { E, pipe, TE } from '#libs/kernel';
import type { Appended, StoreFailure } from '../../event-store.js';
import { event } from '../steps.js';
import { mutant } from './mutant.js';

type Append = TE.TaskEither<StoreFailure, Appended>;

export const appendingMutants = [
  mutant(
    'ignores the expected revision',
    (inner) => ({ append: (stream, _, events) => inner.append(stream, 'any', events) }),
    'expecting no stream: refused when there is one',
    'expecting a revision: refused when the stream is further',
    'expecting a revision: refused when the stream is not so far',
    'expecting a revision: refused when there is no stream',
    'expecting a stream: refused when there is none',
    'no events: refused like any other append',
    'of 64 that expect the same revision, exactly one wins',
    'with one event more: refused',
    'with another event among them: refused',
    'in another order: refused',
  ),
  mutant(
    'says nothing of where the stream is when it refuses',
    (inner) => ({
      append: (...args) =>
        pipe(
          inner.append(...args),
          TE.mapLeft((failure) => (failure._tag === 'RevisionConflict' ? { ...failure, actual: 0 } : failure)),
        ),
    }),
    'expecting no stream: refused when there is one',
    'expecting a revision: refused when there is no stream',
    'of 64 that expect the same revision, exactly one wins',
  ),
  mutant(
    'takes no revision',
    (inner) => ({
      append: (stream, expected, events) =>
        typeof expected === 'number'
          ? TE.left({ _tag: 'RevisionConflict', stream, actual: null })
          : inner.append(stream, expected, events),
    }),
    'expecting a revision: taken when it is the last',
    'an append that expected a revision, after others have written more',
    'leaves the revisions counting, and expected',
    'goes on where it stopped',
  ),
  mutant(
    'takes "any" for "no stream"',
    (inner) => ({
      append: (stream, expected, events) => inner.append(stream, expected === 'any' ? 'no-stream' : expected, events),
    }),
    'expecting anything: taken with a stream and without',
    'to one stream without expectations, all are taken, each in one piece',
  ),
  mutant(
    'takes "stream exists" for "no stream"',
    (inner) => ({
      append: (stream, expected, events) =>
        inner.append(stream, expected === 'stream-exists' ? 'no-stream' : expected, events),
    }),
    'expecting a stream: taken when there is one',
    'expecting a stream: refused when there is none',
  ),
  mutant(
    'drops the last of several events',
    (inner) => ({
      append: (stream, expected, events) =>
        inner.append(stream, expected, events.length > 1 ? events.slice(0, -1) : events),
    }),
    'writes all events of one append, in their order',
  ),
  mutant(
    'answers where the append began',
    (inner) => ({
      append: (stream, expected, events) =>
        pipe(
          inner.append(stream, expected, events),
          TE.map(({ revision, position }) => ({
            revision: revision - events.length + 1,
            position: position - BigInt(events.length) + 1n,
          })),
        ),
    }),
    'answers the revision and position of the last event of the append',
    'its head is the last event of the last append',
    'never takes the last event of the log',
  ),
  mutant(
    'loses metadata',
    (inner) => ({
      append: (stream, expected, events) =>
        inner.append(
          stream,
          expected,
          events.map((each) => ({ ...each, metadata: {} })),
        ),
    }),
    'gives an event back as it was written',
    'data and metadata come back as they were',
  ),
  mutant(
    'writes something for nothing',
    (inner) => ({
      append: (stream, expected, events) => inner.append(stream, expected, events.length === 0 ? [event()] : events),
    }),
    'no events: answers where the stream is, and writes nothing',
  ),
  mutant(
    'writes one event after the other',
    (inner) => ({
      append: (stream, expected, events) =>
        expected !== 'any' && expected !== 'no-stream'
          ? inner.append(stream, expected, events)
          : events.reduce<Append>(
              (before, each) => TE.flatMap(() => inner.append(stream, 'any', [each]))(before),
              TE.right({ revision: -1, position: 0n }),
            ),
    }),
    'to one stream without expectations, all are taken, each in one piece',
    'an append whose events are over 1 MiB together, counted in UTF-8',
    'data that JSON cannot hold, and nothing beside it',
  ),
  mutant(
    'takes one append at a time, and refuses the rest',
    (inner) => {
      let busy = false;
      return {
        append:
          (...args) =>
          async () => {
            if (busy) return E.left({ _tag: 'StoreUnavailable', cause: 'busy' });
            busy = true;
            return inner
              .append(...args)()
              .finally(() => {
                busy = false;
              });
          },
      };
    },
    'to 64 streams, all are taken',
    'many times at once: one is written, all are answered alike',
    'what was accepted before closing was finished',
  ),
];
