import type { JsonSchema } from '../../apps/server/src/openapi/described.js';
import type { OpenApi, Operation, Parameter, Ref } from '../../apps/server/src/openapi/openapi.js';

/** What a document says of one operation, as the command line needs to know it. */
export interface Described {
  readonly name: string;
  readonly path: ReadonlyArray<string>;
  readonly query: ReadonlyArray<string>;
  readonly headers: ReadonlyArray<string>;
  /** Every field of the body that holds no fields of its own, by its path; with the values that it takes, if they are few. */
  readonly body: ReadonlyMap<string, ReadonlyArray<string> | undefined>;
  readonly takesLines: boolean;
  readonly required: ReadonlyArray<string>;
  /** Every field of its answer, by its path; a list's are those of its items. */
  readonly answer: ReadonlyArray<string>;
}

type Schema = JsonSchema & { readonly [name: string]: unknown };

const last = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

const resolved = (document: OpenApi, schema: Schema): Schema =>
  typeof schema['$ref'] === 'string'
    ? resolved(document, document.components.schemas[last(schema['$ref'])] ?? {})
    : schema;

/** The schema itself, or each that it may be; null counts for nothing. */
const forms = (document: OpenApi, schema: Schema): ReadonlyArray<Schema> => {
  const of = resolved(document, schema);
  const parts = (of['anyOf'] ?? of['oneOf']) as ReadonlyArray<Schema> | undefined;
  return parts === undefined
    ? [of]
    : parts.flatMap((part) => forms(document, part)).filter(({ type }) => type !== 'null');
};

type Leaves = ReadonlyArray<readonly [path: string, choices: ReadonlyArray<string> | undefined]>;

const leaves = (document: OpenApi, schema: Schema, prefix = ''): Leaves =>
  forms(document, schema).flatMap((form): Leaves => {
    const properties = form['properties'] as Readonly<Record<string, Schema>> | undefined;
    if (properties === undefined) {
      const items = form['items'] === undefined ? undefined : resolved(document, form['items'] as Schema);
      return [[prefix, (form['enum'] ?? items?.['enum']) as ReadonlyArray<string> | undefined]];
    }
    return Object.entries(properties).flatMap(([name, field]) =>
      leaves(document, field, prefix === '' ? name : `${prefix}.${name}`),
    );
  });

const fieldsOf = (document: OpenApi, schema: Schema, prefix = '', depth = 0): ReadonlyArray<string> =>
  forms(document, schema).flatMap((form) => {
    if (depth > 4) return [];
    if (form['items'] !== undefined) return fieldsOf(document, form['items'] as Schema, prefix, depth + 1);
    return Object.entries((form['properties'] ?? {}) as Readonly<Record<string, Schema>>).flatMap(([name, field]) => {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      return [path, ...fieldsOf(document, field, path, depth + 1)];
    });
  });

const parameterOf = (document: OpenApi, parameter: Parameter | Ref): Parameter => {
  if (!('$ref' in parameter)) return parameter;
  const found = document.components.parameters[last(parameter.$ref)];
  if (found === undefined) throw new Error(`no ${parameter.$ref}`);
  return found;
};

const describedOf = (document: OpenApi, name: string, operation: Operation): Described => {
  const parameters = operation.parameters.map((parameter) => parameterOf(document, parameter));
  const named = (place: Parameter['in']) => parameters.filter((one) => one.in === place).map((one) => one.name);
  const content = operation.requestBody?.content ?? {};
  const schema = content['application/json']?.schema as Schema | undefined;
  const [ok] = Object.entries(operation.responses).filter(([status]) => status < '300');
  const answers = Object.values((ok?.[1] as { readonly content?: typeof content } | undefined)?.content ?? {});
  const forms = schema === undefined ? [] : [resolved(document, schema)];
  return {
    name,
    path: named('path'),
    query: named('query'),
    headers: named('header'),
    body: new Map(schema === undefined ? [] : leaves(document, schema)),
    takesLines: 'application/x-ndjson' in content,
    required: [
      ...parameters.filter((one) => one.required).map((one) => one.name),
      ...forms.flatMap((form) => (form['required'] ?? []) as ReadonlyArray<string>),
    ],
    answer: answers.flatMap((answer) => fieldsOf(document, answer.schema as Schema)),
  };
};

/** Every operation of the document, by method and path. */
export const operationsDescribed = (document: OpenApi): ReadonlyMap<string, Described> =>
  new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const name = `${method.toUpperCase()} ${path}`;
        return [name, describedOf(document, name, operation)] as const;
      }),
    ),
  );
