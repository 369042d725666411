import { E, type EventId, TE } from '#libs/kernel';
import type { Appended, NewEvent } from '../../event-store.js';
import { event } from '../steps.js';
import { mutant } from './mutant.js';

const stringifies = (value: unknown): boolean => {
  try {
    return typeof JSON.stringify(value) === 'string';
  } catch {
    return false;
  }
};

const cut = (data: unknown): unknown => (typeof data === 'string' ? data.slice(0, 1000) : data);

/** Faults in what is kept: ids, sizes, bytes. */
export const storingMutants = [
  mutant(
    'does not know an id again',
    (inner) => {
      const seen = new Set<EventId>();
      const anew = (each: NewEvent): NewEvent => {
        const known = seen.has(each.id);
        seen.add(each.id);
        return known ? { ...each, id: event().id } : each;
      };
      return { append: (stream, expected, events) => inner.append(stream, expected, events.map(anew)) };
    },
    'an append that expected no stream: answered as the first time, written once',
    'an append that expected a revision, after others have written more',
    'an append that expected nothing, after others have written more',
    'leaves the log where it is',
  ),
  mutant(
    'knows an id again wherever it is',
    (inner) => {
      const seen = new Map<EventId, Appended>();
      return {
        append: (stream, expected, events) => async () => {
          const [first] = events;
          const known = first && seen.get(first.id);
          if (known !== undefined) return E.right(known);
          const answer = await inner.append(stream, expected, events)();
          if (E.isRight(answer)) for (const { id } of events) seen.set(id, answer.right);
          return answer;
        },
      };
    },
    'in another stream: an append of its own',
    'at another revision: refused',
    'with one event more: refused',
    'in another order: refused',
  ),
  mutant(
    'cuts long data',
    (inner) => ({
      append: (stream, expected, events) =>
        inner.append(
          stream,
          expected,
          events.map((each) => ({ ...each, data: cut(each.data) })),
        ),
    }),
    'an append of over 1 MiB',
    'an append whose events are over 1 MiB together, counted in UTF-8',
  ),
  mutant(
    'takes half a MiB at most',
    (inner) => ({
      append: (stream, expected, events) =>
        Buffer.byteLength(JSON.stringify(events)) > 512 * 1024
          ? TE.left({ _tag: 'AppendTooLarge', bytes: 0, limit: 0 })
          : inner.append(stream, expected, events),
    }),
    'not one that is just below it',
    'a large body comes back whole',
  ),
  mutant(
    'writes null for what JSON cannot hold',
    (inner) => ({
      append: (stream, expected, events) =>
        inner.append(
          stream,
          expected,
          events.map((each) => ({
            ...each,
            data: stringifies(each.data) ? each.data : null,
            metadata: stringifies(each.metadata) ? each.metadata : null,
          })),
        ),
    }),
    'data that JSON cannot hold, and nothing beside it',
    'metadata that JSON cannot hold',
  ),
  mutant(
    'drops an event whose id it has just seen',
    (inner) => ({
      append: (stream, expected, events) =>
        inner.append(stream, expected, [...new Map(events.map((each) => [each.id, each])).values()]),
    }),
    'one id twice in one append',
  ),
  mutant(
    'writes types in lower case',
    (inner) => ({
      append: (stream, expected, events) =>
        inner.append(
          stream,
          expected,
          events.map((each) => ({ ...each, type: each.type.toLowerCase() })),
        ),
    }),
    'the type of an event is any text',
  ),
];
