import { expect } from '@jest/globals';
import type { Answer } from './client.js';

const standing = ['type', 'title', 'status', 'detail', 'code', 'requestId'];

/** What no answer may hold: a trace of the program, or of where it runs. */
const internals = /node_modules|\.ts:|\.js:\d|file:\/\/|\bat [A-Za-z.]+ \(|Error:|\/tmp\/|_tag/u;

/** RFC 9457 as this API has it, to the letter; of a 5xx nothing but the row. */
export const expectProblem = (answer: Answer<unknown>, status: number, code: string): void => {
  const { headers } = answer;
  const body = answer.body as Record<string, unknown>;
  expect({ status: answer.status, code: body['code'], detail: body['detail'] }).toMatchObject({ status, code });
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json(?:;|$)/u);
  expect(body).toMatchObject({
    type: `urn:writ:problem:${code}`,
    title: expect.stringMatching(/\S/u),
    status,
    detail: expect.stringMatching(/\S/u),
    requestId: expect.stringMatching(/^[A-Za-z0-9._-]{1,128}$/u),
  });
  expect(headers.get('x-request-id')).toBe(body['requestId']);
  const others = Object.keys(body).filter((name) => !standing.includes(name));
  if (status >= 500) expect(others).toEqual([]);
  expect(JSON.stringify(body)).not.toMatch(internals);
};

/** A `400` that points at what is wrong: these JSON pointers, in any order. */
export const expectFaults = (answer: Answer<unknown>, pointers: ReadonlyArray<string>): void => {
  expectProblem(answer, 400, 'invalid-request');
  const { errors } = answer.body as { readonly errors: ReadonlyArray<{ pointer: string; detail: string }> };
  expect(errors.map(({ pointer }) => pointer).sort()).toEqual([...pointers].sort());
  for (const { detail } of errors) expect(detail).toMatch(/\S/u);
};
