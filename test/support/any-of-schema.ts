import fc from 'fast-check';
import type { JsonSchema } from '../../apps/server/src/openapi/described.js';
import type { OpenApi } from '../../apps/server/src/openapi/openapi.js';

/** Texts of which each is good for some field, and bad for others. */
const texts = [
  ...[
    'user_1',
    'org_1',
    'proj_1',
    'key_1',
    'svc_1',
    'inv_1',
    'user_',
    'x'.repeat(101),
    'x'.repeat(64),
    'x'.repeat(256),
  ],
  ...[
    'ann@example.com',
    ' ann@example.com ',
    'ann@example',
    '2099-01-01T00:00:00Z',
    '2099-02-30T00:00:00Z',
    'tomorrow',
  ],
  ...['a', 'alpha', 'A name', '  ', '', 'a\nb', '\ud800', 'admin', 'editor', 'owner', 'google', 'constructor', '100'],
];

const anyJunk = fc.oneof(
  fc.constantFrom<unknown>(...texts),
  fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 1.5, 1e21, [], {}, [null], [{}], { type: 'x' }, [[]]),
  fc.jsonValue(),
);

/**
 * Values that a schema takes as often as not: what it asks for, with something missing, added or of another kind.
 * `junk: false`: what it asks for, as far as these texts have it.
 */
export const anyOfSchema = ({ components }: OpenApi, root: JsonSchema, { junk = true } = {}): fc.Arbitrary<unknown> => {
  const wanted = (schema: JsonSchema): fc.Arbitrary<unknown> => {
    const { $ref, anyOf, enum: values, const: value, type, properties, items, required } = schema;
    if (typeof $ref === 'string') return of(components.schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {});
    if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((each) => of(each as JsonSchema)));
    if (Array.isArray(values)) return fc.constantFrom<unknown>(...(values as ReadonlyArray<unknown>));
    if (value !== undefined) return fc.constant(value);
    if (type === 'boolean') return fc.boolean();
    if (type === 'null') return fc.constant(null);
    if (type === 'array') return fc.array(of((items ?? {}) as JsonSchema), { maxLength: 3 });
    if (type === 'object') return object((properties ?? {}) as Readonly<Record<string, JsonSchema>>, required);
    if (type === 'integer' || type === 'number') return fc.constantFrom<unknown>(0, 1, 1.5, -1, 1000, 1001);
    return text(schema);
  };

  const text = ({ pattern, format }: JsonSchema): fc.Arbitrary<unknown> => {
    const fitting = texts.filter(
      (each) =>
        (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(each)) &&
        (format === undefined || each.endsWith('Z')),
    );
    return fitting.length === 0 ? fc.string() : fc.constantFrom<unknown>(...fitting);
  };

  const object = (properties: Readonly<Record<string, JsonSchema>>, required: unknown): fc.Arbitrary<unknown> => {
    const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, of(schema)]));
    const requiredKeys = (Array.isArray(required) ? required : []) as string[];
    const whole = fc.record(fields, { requiredKeys });
    if (!junk) return whole;
    const extra = fc.dictionary(fc.constantFrom('extra', 'constructor', 'Name', 'id', ''), anyJunk, { maxKeys: 1 });
    return fc.oneof(
      { weight: 6, arbitrary: whole },
      { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
      { weight: 1, arbitrary: fc.tuple(whole, extra).map(([value, more]) => ({ ...value, ...more })) },
    );
  };

  const of = (schema: JsonSchema): fc.Arbitrary<unknown> =>
    junk ? fc.oneof({ weight: 14, arbitrary: wanted(schema) }, { weight: 1, arbitrary: anyJunk }) : wanted(schema);
  return of(root);
};
