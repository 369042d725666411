import { expect, it } from '@jest/globals';
import type { OpenApi } from './openapi.js';
import { pageOf } from './page.js';

const evil = `<img src=x onerror="alert('&')">`;
const parameter = {
  name: evil,
  in: 'query',
  required: false,
  description: evil,
  schema: { type: 'string', pattern: evil },
};

const document = {
  openapi: '3.1.0',
  info: { title: evil, version: evil, description: evil },
  servers: [{ url: evil }],
  security: [],
  tags: [{ name: evil }],
  paths: {
    [`/${evil}`]: {
      get: {
        operationId: evil,
        tags: [evil],
        summary: evil,
        'x-writ-for': evil,
        parameters: [parameter, { $ref: `#/components/parameters/P` }],
        requestBody: {
          required: true,
          content: { [evil]: { schema: { anyOf: [{ const: evil }, { enum: [evil] }] } } },
        },
        responses: {
          '200': {
            description: evil,
            headers: { [evil]: { $ref: evil } },
            content: { [evil]: { schema: { $ref: evil } } },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
  },
  components: {
    schemas: {
      [evil]: {
        type: 'object',
        properties: { [evil]: { type: 'array', items: { type: evil, format: evil, default: evil } } },
        description: evil,
      },
    },
    parameters: { P: parameter },
    headers: {},
    responses: { Problem: { description: `${evil} \`${evil}\`` } },
    securitySchemes: {},
  },
} as unknown as OpenApi;

it('whatever a document says is text on its page', () => {
  const page = pageOf(document);
  expect(page).not.toContain('<img');
  expect(page).not.toContain('onerror="');
  expect(page).not.toContain(`alert('`);
  expect(page.match(/&lt;img src=x onerror=/gu)?.length).toBeGreaterThan(20);
});
