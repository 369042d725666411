import * as t from 'io-ts';
import { ExactObject } from './branded.js';
import { E } from './prelude.js';

/** What may be left out. A field that is there must decode: `null` is a value, absence is not. */
export type ExactWith<Required extends t.Props, Optional extends t.Props> = {
  [Key in keyof Required]: t.TypeOf<Required[Key]>;
} & { [Key in keyof Optional]?: t.TypeOf<Optional[Key]> };

/** Like `exact`, with fields that may be absent. An absent one stays absent, so `PATCH` can tell it from `null`. */
export const exactWith = <R extends t.Props, O extends t.Props>(
  required: R,
  optional: O,
  name = 'object',
): t.Type<ExactWith<R, O>, unknown> => {
  type Value = ExactWith<R, O>;
  const codecs = new Map<string, t.Mixed>([...Object.entries(optional), ...Object.entries(required)]);
  const names = Object.keys(required);

  const is = (u: unknown): u is Value =>
    t.UnknownRecord.is(u) &&
    Object.keys(u).every((key) => codecs.get(key)?.is(u[key]) ?? false) &&
    names.every((key) => Object.hasOwn(u, key));

  const validate = (u: unknown, context: t.Context): t.Validation<Value> => {
    if (!t.UnknownRecord.is(u)) return t.failure(u, context);
    const errors: t.Errors = [];
    const decoded: Record<string, unknown> = {};
    for (const [key, codec] of codecs) {
      const given = Object.hasOwn(u, key);
      if (!given && !Object.hasOwn(required, key)) continue;
      const value = given ? u[key] : undefined;
      const result = codec.validate(value, t.appendContext(context, key, codec, value));
      if (E.isLeft(result)) errors.push(...result.left);
      else decoded[key] = result.right;
    }
    for (const key of Object.keys(u)) {
      if (codecs.has(key)) continue;
      errors.push({ value: undefined, context: t.appendContext(context, key, t.never), message: 'unknown field' });
    }
    return errors.length === 0 ? t.success(decoded as Value) : t.failures(errors);
  };

  const encode = (value: Value): unknown =>
    Object.fromEntries(Object.entries(value).map(([key, field]) => [key, codecs.get(key)?.encode(field)]));

  return new ExactObject<Value, unknown>(required, optional, name, is, validate, encode);
};
