import { Readable } from 'node:stream';
import type { PipeTransform } from '@nestjs/common';
import * as t from 'io-ts';
import { E } from '#libs/kernel';
import { faultsOf } from './faults.js';
import type { Fault } from './http.failures.js';
import { Refused } from './refused.js';

const invalid = (errors: ReadonlyArray<Fault>): Refused => new Refused({ _tag: 'InvalidRequest', errors });

const decoded = <A>(codec: t.Decoder<unknown, A>, value: unknown): A => {
  const result = codec.decode(value);
  if (E.isRight(result)) return result.right;
  throw invalid(faultsOf(result.left));
};

/** A pipe that says what it takes: what is published is what validates. */
export interface Decoding<A> extends PipeTransform<unknown, A> {
  readonly codec: t.Decoder<unknown, unknown>;
}

/** For `@Body(decode(Codec))`: what decodes, or `400` with a pointer to each fault. */
export const decode = <A>(codec: t.Decoder<unknown, A>): Decoding<A> => ({
  codec,
  transform: (value) => decoded(codec, value),
});

/** For a body of which everything may be left out: then so may the body be. */
export const decodeIfAny = <A>(codec: t.Type<A, unknown>): Decoding<A> => ({
  codec: t.union([codec, t.undefined]),
  transform: (value) => decoded(codec, value === undefined ? {} : value),
});

/** For a body that is streamed, a line at a time: what each line is, for the description. The route reads them itself. */
export const linesOf = (
  codec: t.Decoder<unknown, unknown>,
): PipeTransform<unknown, Readable> & Pick<Decoding<unknown>, 'codec'> => ({
  codec,
  transform: (value) => (value instanceof Readable ? value : Readable.from([])),
});

/** For `@Param('id', decodeId(ProjectId))`: an id that cannot be one of its kind is of nothing that exists, so `404`. */
export const decodeId = <A>(codec: t.Decoder<unknown, A>): Decoding<A> => ({
  codec,
  transform: (value) => {
    const result = codec.decode(value);
    if (E.isRight(result)) return result.right;
    throw new Refused({ _tag: 'NotFound' });
  },
});

/** For `@Param('kind', decodeParam('kind', Kind))`: what may be anything that its codec takes, and is a fault by its name else. */
export const decodeParam = <A>(name: string, codec: t.Decoder<unknown, A>): Decoding<A> => ({
  codec,
  transform: (value) => {
    const result = codec.decode(value);
    if (E.isRight(result)) return result.right;
    throw invalid(faultsOf(result.left).map(({ pointer, detail }) => ({ pointer: `/${name}${pointer}`, detail })));
  },
});

const repeated = (query: object): ReadonlyArray<Fault> =>
  Object.entries(query).flatMap(([name, value]: [string, unknown]) =>
    Array.isArray(value) ? [{ pointer: `/${name}`, detail: `given ${String(value.length)} times; give it once` }] : [],
  );

/** For `@Query(decodeQuery(Codec))` and form bodies: as `decode`, and a parameter that is repeated is a fault. */
export const decodeQuery = <A>(codec: t.Decoder<unknown, A>): Decoding<A> => ({
  codec,
  transform: (query) => {
    const twice = typeof query === 'object' && query !== null ? repeated(query) : [];
    if (twice.length > 0) throw invalid(twice);
    return decoded(codec, query);
  },
});
