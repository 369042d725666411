import type { JsonSchema } from './described.js';
import { type Html, markup, joined, nothing } from './html.js';

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

/** A value of JSON, as code. */
const code = (value: unknown): Html => markup`<code>${JSON.stringify(value)}</code>`;

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : []);

const bounds = ({ minimum, maximum, minItems, default: unless }: JsonSchema): Html => {
  const said = [
    ...(minimum === undefined ? [] : [markup`at least ${JSON.stringify(minimum)}`]),
    ...(maximum === undefined ? [] : [markup`at most ${JSON.stringify(maximum)}`]),
    ...(minItems === undefined ? [] : [markup`at least ${JSON.stringify(minItems)} of them`]),
    ...(unless === undefined ? [] : [markup`${JSON.stringify(unless)} unless said`]),
  ];
  return said.length === 0 ? nothing : markup`, ${joined(said, ', ')}`;
};

const kindOf = (schema: JsonSchema): Html => {
  const { type, format, pattern, items } = schema;
  if (type === 'array') return markup`list of ${typeHtml((items ?? {}) as JsonSchema)}`;
  const matching = typeof pattern === 'string' ? markup` matching <code>${pattern}</code>` : nothing;
  return markup`${String(type)}${typeof format === 'string' ? markup` (${format})` : nothing}${matching}`;
};

/** What a value may be, in a line; an object without a name as the table of its fields. */
export const typeHtml = (schema: JsonSchema): Html => {
  const { $ref, anyOf, enum: values, const: value, description, properties } = schema;
  const remark = typeof description === 'string' ? markup` <span class="remark">${description}</span>` : nothing;
  if (typeof $ref === 'string') return markup`<a href="#shape-${nameOf($ref)}">${nameOf($ref)}</a>`;
  if (value !== undefined) return code(value);
  if (values !== undefined) return markup`${joined(list(values).map(code), ' | ')}${remark}`;
  if (anyOf !== undefined)
    return joined(
      list(anyOf).map((each) => typeHtml(each as JsonSchema)),
      ' or ',
    );
  if (properties !== undefined) return markup`object${fieldsHtml(schema)}${remark}`;
  return markup`${kindOf(schema)}${bounds(schema)}${remark}`;
};

/** The fields of an object, each with what it may be. */
const fieldsHtml = ({ properties, required, additionalProperties }: JsonSchema): Html => {
  const fields = Object.entries(properties as Readonly<Record<string, JsonSchema>>);
  const needed = list(required);
  const rows = fields.map(
    ([name, schema]) =>
      markup`<tr>
        <th scope="row">
          <code>${name}</code>${needed.includes(name) ? nothing : markup` <span class="remark">optional</span>`}
        </th>
        <td>${typeHtml(schema)}</td>
      </tr>`,
  );
  const closed = additionalProperties === false ? markup`<p class="remark">No other field is taken.</p>` : nothing;
  return markup`${
    fields.length === 0
      ? nothing
      : markup`<table>
          ${rows}
        </table>`
  }${closed}`;
};
