import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { JsonSchema } from '../../apps/server/src/openapi/described.js';
import type { OpenApi } from '../../apps/server/src/openapi/openapi.js';

/** What a running server says of itself. */
export const documentOf = async (url: string): Promise<OpenApi> => {
  const response = await fetch(`${url}/openapi.json`);
  if (response.status !== 200) throw new Error(`GET /openapi.json: ${response.status}`);
  return (await response.json()) as OpenApi;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The schema as one that takes no field which it does not name: an answer must say nothing undocumented. */
export const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const all = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return isObject(all['properties']) ? { additionalProperties: false, ...all } : all;
};

/** Compiles the schemas of one document, with what they refer to. */
export const compilerOf = (document: OpenApi): ((schema: JsonSchema) => ValidateFunction) => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, keywords: ['components'] });
  formats.default(ajv);
  const { schemas } = document.components;
  return (schema) => ajv.compile({ ...schema, components: { schemas } });
};
