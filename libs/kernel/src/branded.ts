import * as t from 'io-ts';
import { E, pipe } from './prelude.js';

export interface BrandOf<Name extends string> {
  readonly brand: Name;
}

export type Branded<Name extends string> = string & BrandOf<Name>;

/** What `branded` makes; the pattern is there to be published. */
export class BrandedType<Name extends string> extends t.Type<Branded<Name>, string> {
  constructor(
    readonly pattern: RegExp,
    ...type: ConstructorParameters<typeof t.Type<Branded<Name>, string>>
  ) {
    super(...type);
  }
}

/** A string that matches `pattern` to the byte: nothing is trimmed, folded or normalised (ids are byte-exact). */
export const branded = <Name extends string>(name: Name, pattern: RegExp): t.Type<Branded<Name>, string> => {
  const is = (u: unknown): u is Branded<Name> => typeof u === 'string' && pattern.test(u);
  return new BrandedType<Name>(
    pattern,
    name,
    is,
    (u, context) => (is(u) ? t.success(u) : t.failure(u, context, `expected ${name}, matching ${pattern.source}`)),
    (id) => id,
  );
};

/** What `exact` and `exactWith` make: an object of these fields and no other. */
export class ExactObject<A, O> extends t.Type<A, O> {
  constructor(
    readonly required: t.Props,
    readonly optional: t.Props,
    ...type: ConstructorParameters<typeof t.Type<A, O>>
  ) {
    super(...type);
  }
}

/** Like `t.strict`, but refuses what it does not know instead of stripping it: for requests, and for events read back. */
export const exact = <P extends t.Props>(
  props: P,
  name = 'object',
): t.Type<t.TypeOf<t.TypeC<P>>, t.OutputOf<t.TypeC<P>>> => {
  const inner = t.type(props, name);
  const names = Object.keys(props);
  const codecs = Object.values(props);
  const known = new Set(names);
  // Every event of the log comes through here at every start, so: one pass, and nothing made.
  const isExact = (u: unknown): u is t.TypeOf<typeof inner> => {
    if (typeof u !== 'object' || u === null || Array.isArray(u)) return false;
    if (Object.keys(u).length !== names.length) return false;
    for (let n = 0; n < names.length; n += 1) {
      const name = names[n] ?? '';
      if (!Object.hasOwn(u, name) || codecs[n]?.is((u as Record<string, unknown>)[name]) !== true) return false;
    }
    return true;
  };
  return new ExactObject<t.TypeOf<typeof inner>, t.OutputOf<typeof inner>>(
    props,
    {},
    name,
    isExact,
    (u, context) => {
      const unknownKeys = t.UnknownRecord.is(u) ? Object.keys(u).filter((key) => !known.has(key)) : [];
      const faults = unknownKeys.map((key) => ({
        value: undefined,
        context: t.appendContext(context, key, t.never),
        message: 'unknown field',
      }));
      return pipe(
        inner.validate(u, context),
        E.match(
          (errors) => t.failures<t.TypeOf<typeof inner>>([...errors, ...faults]),
          (value) => (faults.length === 0 ? t.success(value) : t.failures(faults)),
        ),
      );
    },
    inner.encode,
  );
};
