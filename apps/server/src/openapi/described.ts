import * as t from 'io-ts';

/** JSON Schema 2020-12, as far as a document needs it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A codec that says its own schema, where nothing about it could be read off: it tests or reads a text by a function. */
export class DescribedType<A> extends t.Type<A, unknown> {
  constructor(
    readonly schema: JsonSchema,
    ...type: ConstructorParameters<typeof t.Type<A, unknown>>
  ) {
    super(...type);
  }
}

/** A list of at least one; the schema of its items is read off `item`. */
export class NonEmptyType<A> extends t.Type<ReadonlyArray<A>, unknown> {
  constructor(
    readonly item: t.Mixed,
    ...type: ConstructorParameters<typeof t.Type<ReadonlyArray<A>, unknown>>
  ) {
    super(...type);
  }
}
