import { problems } from '../http/problem.catalogue.js';
import { codeOf } from '../http/problem.js';
import type { JsonSchema } from './described.js';
import { headerOf } from './headers.js';
import type { Ref, Response } from './openapi.js';

const text = { type: 'string' } as const;

const rows = Object.entries(problems).map(([tag, { status, title }]) => ({ code: codeOf(tag), status, title }));

/** RFC 9457. Each code may bring fields of its own. */
export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'What was refused, why, and what to do (RFC 9457). A code may bring fields of its own.',
  properties: {
    type: { ...text, pattern: '^urn:writ:problem:' },
    title: text,
    status: { type: 'integer' },
    detail: text,
    code: { ...text, enum: rows.map(({ code }) => code).sort() },
    requestId: text,
    errors: {
      type: 'array',
      description: 'Of "invalid-request": each fault, with a JSON pointer to it.',
      items: { type: 'object', properties: { pointer: text, detail: text }, required: ['pointer', 'detail'] },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
};

const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** What a refusal of this status says beside its body. */
export const headersOf = (status: number): Readonly<Record<string, Ref>> => ({
  ...(status === 401 ? { 'WWW-Authenticate': headerOf('Challenge') } : {}),
  ...(status === 429 || status === 503 ? { 'Retry-After': headerOf('RetryAfter') } : {}),
});

const answer = (status: number): Response => ({
  description: rows
    .filter((row) => row.status === status)
    .map(({ code, title }) => `\`${code}\`: ${title}.`)
    .join(' '),
  headers: { 'X-Request-ID': headerOf('RequestId'), ...headersOf(status) },
  content,
});

/** The shared answers of refusals: one for each status of the catalogue, and one for what else there may be. */
export const problemResponses: Readonly<Record<string, Response>> = {
  ...Object.fromEntries(
    [...new Set(rows.map(({ status }) => status))].map((status) => [`Problem${status}`, answer(status)]),
  ),
  Problem: {
    description: 'Any other refusal.',
    headers: { 'X-Request-ID': headerOf('RequestId') },
    content,
  },
};

export const problemResponse = (status: number): Ref => ({ $ref: `#/components/responses/Problem${status}` });
export const anyProblem: Ref = { $ref: '#/components/responses/Problem' };
