import type * as t from 'io-ts';
import { E, pipe } from './prelude.js';

/** Every shape an event's data has had on disk, oldest first, and the way up to the newest. */
export interface EventSchema<A> {
  readonly version: number;
  decode(version: number, data: unknown): t.Validation<A>;
  encode(data: A): unknown;
  revised<B>(next: t.Type<B, unknown>, upcast: (previous: A) => B): EventSchema<B>;
}

/** A body whose codec is an identity is recognised by `is`, which costs a third of a full decode; errors come from `decode`. */
const read = <A>(codec: t.Type<A, unknown>, data: unknown): t.Validation<A> =>
  codec.is(data) ? E.right(data) : codec.decode(data);

const at = <A>(version: number, codec: t.Type<A, unknown>, decode: EventSchema<A>['decode']): EventSchema<A> => ({
  version,
  decode,
  encode: (data) => {
    // What is written has to be readable: an undeclared field would make the stream unreadable for good.
    if (!codec.is(data)) throw new TypeError(`an event does not match its own schema: ${codec.name}`);
    return codec.encode(data);
  },
  revised: (next, upcast) =>
    at(version + 1, next, (found, data) =>
      found > version ? read(next, data) : pipe(decode(found, data), E.map(upcast)),
    ),
});

/** The first shape of an event's data. The codec must be exact, and its own encoding (no transforming codecs on disk). */
export const eventSchema = <A>(codec: t.Type<A, unknown>): EventSchema<A> =>
  at(1, codec, (_version, data) => read(codec, data));

/** Why a stored event cannot be read. Each fails closed: skipping a `KeyRevoked` would be granting access. */
export interface Unreadable {
  readonly _tag: 'Unreadable';
  readonly why: 'unknown-type' | 'newer-version' | 'bad-version' | 'bad-body';
  readonly type: string;
}

/** An event as it lies in a store: its name, the version of its shape, and the body. */
export interface StoredEvent {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

export interface EventCodec<Event extends { readonly type: string }> {
  readonly types: ReadonlyArray<string>;
  encode(event: Event): StoredEvent;
  decode(stored: StoredEvent): E.Either<Unreadable, Event>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: a record of schemas of any data
type AnySchemas = Readonly<Record<string, EventSchema<any>>>;

type EventIn<S extends AnySchemas> = {
  [Name in keyof S & string]: { readonly type: Name; readonly data: S[Name] extends EventSchema<infer A> ? A : never };
}[keyof S & string];

export type EventOf<Codec> = Codec extends EventCodec<infer Event> ? Event : never;

/** The keys are what is written to disk: revise a schema freely, never rename a key. */
export const eventCodec = <S extends AnySchemas>(schemas: S): EventCodec<EventIn<S>> => {
  const byType = new Map<string, EventSchema<unknown>>(Object.entries(schemas));
  const unreadable = (type: string, why: Unreadable['why']): E.Either<Unreadable, never> =>
    E.left({ _tag: 'Unreadable', why, type });
  return {
    types: [...byType.keys()],
    encode: ({ type, data }) => {
      const schema = byType.get(type);
      if (schema === undefined) throw new Error(`no schema for event type ${type}`);
      return { type, version: schema.version, data: schema.encode(data) };
    },
    decode: ({ type, version, data }) => {
      const schema = byType.get(type);
      if (schema === undefined) return unreadable(type, 'unknown-type');
      if (!Number.isInteger(version) || version < 1) return unreadable(type, 'bad-version');
      if (version > schema.version) return unreadable(type, 'newer-version');
      const body = schema.decode(version, data);
      return body._tag === 'Left' ? unreadable(type, 'bad-body') : E.right({ type, data: body.right } as EventIn<S>);
    },
  };
};
