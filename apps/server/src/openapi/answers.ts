import type * as t from 'io-ts';
import type { BrandOf, E } from '#libs/kernel';
import type { Reply } from '../http/answer.js';
import type { HeaderName } from './headers.js';

interface More<B> {
  /** The media type of the body; `application/json` unless said. */
  readonly as?: string;
  /** The answer has an `ETag`, and `If-None-Match` is honoured. */
  readonly etag?: true;
  /** What a success has beside its body: the names of components, by the names of headers. */
  readonly headers?: Readonly<Record<string, HeaderName>>;
  /** Statuses with a body of their own, in place of a problem. */
  readonly besides?: Readonly<Record<number, t.Decoder<unknown, B>>>;
  /** A PUT that honours `If-Match`. */
  readonly conditional?: true;
  /** It begins before its work is done, so it has no `Writ-Position`; and it may be had as these media types, too. */
  readonly streamed?: Readonly<Record<string, t.Decoder<unknown, unknown>>>;
  /** It is about a moment that the caller names: `422` where that is still to come. */
  readonly moment?: true;
  /** The caller's own API key is asked for, by the route itself. */
  readonly key?: true;
}

export interface Documented extends More<unknown> {
  /** One line for the caller. */
  readonly summary: string;
  /** The body of a success; undefined where there is none (`204`). */
  readonly body: t.Decoder<unknown, unknown> | undefined;
}

/** A shape with its ids and times as texts: a view need not prove what a document was decoded to. */
type Plain<A> =
  A extends BrandOf<string>
    ? string
    : A extends ReadonlyArray<infer Item>
      ? ReadonlyArray<Plain<Item>>
      : A extends object
        ? { readonly [Key in keyof A]: Plain<A[Key]> }
        : A;

/** What a controller's method may return whose answer has the shape `A`. */
type Returns<A> = Promise<E.Either<unknown, A | Reply<A>>> | E.Either<unknown, A | Reply<A>> | A;

type Method<A> = <M extends (...args: never[]) => Returns<A>>(
  prototype: object,
  name: string,
  method: TypedPropertyDescriptor<M>,
) => void;

const ANSWERS = 'writ:answers';

const documented = (documented: Documented) => (_prototype: object, _name: string, method: { value?: unknown }) => {
  Reflect.defineMetadata(ANSWERS, documented, method.value as object);
};

/** Says in the API's description what a route does and answers. A route without it does not start. */
export const Answers = <A, B = never>(
  summary: string,
  body: t.Decoder<unknown, A>,
  more: More<B> = {},
): Method<Plain<A | B>> => documented({ summary, body, ...more });

/** For a route that answers `204`. */
export const AnswersNothing = (summary: string): Method<undefined> => documented({ summary, body: undefined });

export const answersOf = (handler: object): Documented | undefined =>
  Reflect.getMetadata(ANSWERS, handler) as Documented | undefined;
