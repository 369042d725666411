import * as t from 'io-ts';
import { BrandedType, E, ExactObject, Timestamp } from '#libs/kernel';
import { DescribedType, type JsonSchema, NonEmptyType } from './described.js';

/** A codec of this kind of name has a schema of its own under it; what codecs make up themselves (`Array<string>`) is none. */
const isTitle = /^[A-Z][A-Za-z]*$/u;

/** An absent field that decodes may be left out. */
export const mayBeAbsent = (codec: t.Decoder<unknown, unknown>): boolean => E.isRight(codec.decode(undefined));

/** The schemas of codecs: each says what its codec takes, and those with a name are shared. */
export class Schemas {
  readonly named: Record<string, JsonSchema> = {};

  /** A reference for what has a name, the schema itself for what has none. Throws for a codec that it cannot read. */
  of(codec: t.Decoder<unknown, unknown>): JsonSchema {
    const schema = this.#read(codec);
    const { name } = codec;
    if (!isTitle.test(name) || builtIn.has(codec)) return schema;
    const known = this.named[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`two codecs are called "${name}" and are not the same: give one another name`);
    this.named[name] = schema;
    return { $ref: `#/components/schemas/${name}` };
  }

  #read(codec: t.Decoder<unknown, unknown>): JsonSchema {
    return scalar(codec) ?? this.#compound(codec) ?? unreadable(codec);
  }

  #compound(codec: t.Decoder<unknown, unknown>): JsonSchema | undefined {
    if (codec instanceof ExactObject)
      return { ...this.#fields(codec.required, codec.optional), additionalProperties: false };
    if (codec instanceof t.ExactType) return this.#read(codec.type as t.Mixed);
    if (codec instanceof t.InterfaceType) return this.#fields(codec.props as t.Props, {});
    if (codec instanceof t.PartialType) return this.#fields({}, codec.props as t.Props);
    if (codec instanceof t.UnionType) return this.#anyOf(codec.types as ReadonlyArray<t.Mixed>);
    if (codec instanceof t.ArrayType || codec instanceof t.ReadonlyArrayType)
      return { type: 'array', items: this.of(codec.type as t.Mixed) };
    if (codec instanceof NonEmptyType) return { type: 'array', items: this.of(codec.item), minItems: 1 };
    if (codec instanceof t.DictionaryType && codec.domain === t.string)
      return { type: 'object', additionalProperties: this.of(codec.codomain as t.Mixed) };
    return undefined;
  }

  #fields(required: t.Props, optional: t.Props): JsonSchema {
    const all = Object.entries({ ...required, ...optional });
    const needed = Object.keys(required).filter((name) => !mayBeAbsent(required[name] ?? t.never));
    return {
      type: 'object',
      properties: Object.fromEntries(all.map(([name, codec]) => [name, this.of(codec)])),
      ...(needed.length === 0 ? {} : { required: needed }),
    };
  }

  #anyOf(types: ReadonlyArray<t.Mixed>): JsonSchema {
    const schemas = types.filter((type) => type !== t.undefined).map((type) => this.of(type));
    const [first = {}] = schemas;
    return schemas.length === 1 ? first : { anyOf: schemas };
  }
}

/** io-ts's own that have such a name. */
const builtIn: ReadonlySet<unknown> = new Set([t.UnknownRecord, t.Int]);

const scalar = (codec: t.Decoder<unknown, unknown>): JsonSchema | undefined => {
  if (codec instanceof DescribedType) return codec.schema;
  if (codec === Timestamp) return { type: 'string', format: 'date-time', description: 'UTC, with milliseconds.' };
  if (codec instanceof BrandedType && codec.pattern.flags === 'u')
    return { type: 'string', pattern: codec.pattern.source };
  if (codec instanceof t.StringType) return { type: 'string' };
  if (codec === t.Int) return { type: 'integer' };
  if (codec instanceof t.NumberType) return { type: 'number' };
  if (codec instanceof t.BooleanType) return { type: 'boolean' };
  if (codec instanceof t.NullType) return { type: 'null' };
  if (codec instanceof t.LiteralType) return { const: codec.value as unknown };
  if (codec instanceof t.KeyofType) return { type: 'string', enum: Object.keys(codec.keys as object) };
  if (codec instanceof t.AnyDictionaryType) return { type: 'object' };
  return undefined;
};

const unreadable = (codec: t.Decoder<unknown, unknown>): never => {
  throw new Error(
    `"${codec.name}" has no schema: make it of codecs that have one, or a DescribedType that says its own`,
  );
};
