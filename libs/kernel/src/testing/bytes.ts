import { deepStrictEqual } from 'node:assert/strict';
import type { EventCodec, StoredEvent, Unreadable } from '../event-schema.js';
import { E } from '../prelude.js';

/** What lies in a log, as text: `{"type":…,"version":…,"data":…}`, and the event it is read as today. */
type Bytes<Ev> = readonly [stored: string, event: Ev];

type Check = readonly [name: string, check: () => void];

const parse = (stored: string) =>
  JSON.parse(stored) as StoredEvent & { readonly data: Readonly<Record<string, unknown>> };

const without = (data: Readonly<Record<string, unknown>>, field: string) =>
  Object.fromEntries(Object.entries(data).filter(([name]) => name !== field));

/**
 * The checks of an append-only list of stored bytes, for `it.each`: every line is read as it was meant and, in its
 * newest shape, written the same; every type of the codec has a line for every version; what is not exactly a known
 * shape is refused. Only ever add lines: an edited one is a log that can't be read any more.
 */
export const bytesOf = <Ev extends { readonly type: string }>(
  codec: EventCodec<Ev>,
  list: ReadonlyArray<Bytes<Ev>>,
): ReadonlyArray<Check> => {
  const refuses = (stored: StoredEvent, why: Unreadable['why']) => {
    deepStrictEqual(codec.decode(stored), E.left({ _tag: 'Unreadable', why, type: stored.type }));
  };

  const readable = list.map(([stored, event], n): Check => [
    `line ${n + 1} is read as ${event.type}`,
    () => {
      deepStrictEqual(codec.decode(parse(stored)), E.right(event));
      const written = codec.encode(event);
      if (written.version === parse(stored).version)
        deepStrictEqual(JSON.parse(JSON.stringify(written)), parse(stored));
    },
  ]);

  const complete: Check = [
    'every type has a line for every version it has had',
    () => {
      const newest = new Map(list.map(([, event]) => [event.type, codec.encode(event).version]));
      const wanted = codec.types.flatMap((type) =>
        Array.from({ length: newest.get(type) ?? 1 }, (_, n) => `${type} ${n + 1}`),
      );
      const found = new Set(list.map(([stored]) => `${parse(stored).type} ${parse(stored).version}`));
      deepStrictEqual([...found].sort(), wanted.sort());
    },
  ];

  const closed: Check = [
    'what is not exactly a known shape is refused',
    () => {
      for (const [stored] of list) {
        const known = parse(stored);
        const { data } = known;
        refuses({ ...known, type: `${known.type}d` }, 'unknown-type');
        refuses({ ...known, version: 99 }, 'newer-version');
        for (const version of [0, -1, 1.5, NaN]) refuses({ ...known, version }, 'bad-version');
        for (const body of [null, [], [data], 'text', 7, undefined]) refuses({ ...known, data: body }, 'bad-body');
        refuses({ ...known, data: { ...data, undeclared: 1 } }, 'bad-body');
        for (const field of Object.keys(data)) {
          refuses({ ...known, data: without(data, field) }, 'bad-body');
          refuses({ ...known, data: { ...data, [field]: { wrong: true } } }, 'bad-body');
        }
      }
    },
  ];

  return [...readable, complete, closed];
};
