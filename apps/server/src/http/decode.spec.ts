import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import * as t from 'io-ts';
import { exact, exactWith, ProjectId, Role } from '#libs/kernel';
import { decode, decodeId, decodeQuery } from './decode.js';
import { IsoTime, Name } from './fields.js';
import type { Failure } from './problem.catalogue.js';
import { Refused } from './refused.js';

const asBody: ArgumentMetadata = { type: 'body' };

const refusal = (pipe: PipeTransform<unknown, unknown>, value: unknown): Failure | undefined => {
  try {
    pipe.transform(value, asBody);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.failure;
    throw thrown;
  }
};

const faults = (pipe: PipeTransform<unknown, unknown>, value: unknown) => {
  const failure = refusal(pipe, value);
  return failure?._tag === 'InvalidRequest'
    ? failure.errors.map(({ pointer, detail }) => `${pointer} ${detail}`)
    : failure;
};

const Body = exactWith({ name: Name, role: Role }, { expiresAt: t.union([IsoTime, t.null]), tags: t.array(t.string) });

describe('a body that does not decode', () => {
  it('is told one fault for each place, by pointer and shape', () => {
    expect(faults(decode(Body), { role: 'boss', tags: ['a', 7], nmae: 'x' })).toEqual([
      '/tags/1 expected a text; got a number',
      '/name expected a name of 1 to 100 characters after trimming, without control characters, but it is missing',
      '/role expected "admin" | "member"; got a text of 4 characters',
      '/nmae unknown field: there is none of this name here',
    ]);
  });

  it('is told as a whole when it is no object', () => {
    expect(faults(decode(Body), undefined)).toEqual([' expected an object, but it is missing']);
    expect(faults(decode(exact({ a: t.string })), [])).toEqual([' expected an object; got a list of 0']);
    expect(faults(decode(Body), 'hunter2')).toEqual([' expected an object; got a text of 7 characters']);
  });

  it('names the alternatives together', () => {
    expect(faults(decode(Body), { name: 'a', role: 'admin', expiresAt: 7 })).toEqual([
      '/expiresAt expected an ISO-8601 time with its offset, as in 2026-01-31T12:00:00Z (in a query, "+" is written %2B) or null; got a number',
    ]);
  });

  it('is held against the alternative that it came closest to', () => {
    const Question = t.union([
      exact({ credential: t.string, action: t.string }),
      exact({ subject: exact({ type: t.literal('user'), id: t.string }), action: t.string }),
    ]);
    expect(faults(decode(Question), { credential: 'x', action: 7 })).toEqual(['/action expected a text; got a number']);
    expect(faults(decode(Question), { subject: { type: 'user', id: 1 }, action: 'a' })).toEqual([
      '/subject/id expected a text; got a number',
    ]);
    expect(faults(decode(Question), 7)).toEqual([' expected an object; got a number']);
    expect(faults(decode(exact({ q: t.array(Question) })), { q: [7] })).toEqual([
      '/q/0 expected an object; got a number',
    ]);
  });

  it('has pointers into the request only, without the members of an intersection, and escaped', () => {
    const Both = t.intersection([t.type({ 'a/b': t.string }), t.type({ 'c~d': t.type({ e: t.number }) })]);
    expect(faults(decode(Both), { 'a/b': 1, 'c~d': {} })).toEqual([
      '/a~1b expected a text; got a number',
      '/c~0d/e expected a number, but it is missing',
    ]);
  });

  it('is told at most 20 faults, with names of a bounded length', () => {
    const flood = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`${'x'.repeat(500)}${String(at)}`, 1]));
    const told = faults(decode(exactWith({}, {})), flood) as string[];
    expect(told.length).toBe(20);
    expect(told[0]?.length).toBeLessThan(200);
  });

  it('never has its values repeated', () => {
    const value = { name: 'hunter2\n', role: 'hunter2', expiresAt: 'hunter2', tags: { hunter: 'hunter2' } };
    expect(JSON.stringify(refusal(decode(Body), value))).not.toContain('hunter2');
  });
});

it('an id that cannot be one of its kind is not found', () => {
  expect(decodeId(ProjectId).transform('proj_1', asBody)).toBe('proj_1');
  for (const id of ['user_1', 'proj_', 'proj_é', '', undefined])
    expect(refusal(decodeId(ProjectId), id)).toEqual({ _tag: 'NotFound' });
});

describe('a query', () => {
  const Filter = exactWith({}, { type: t.string });

  it('decodes as any object does', () => {
    expect(decodeQuery(Filter).transform(Object.assign(Object.create(null), { type: 'a' }), asBody)).toEqual({
      type: 'a',
    });
    expect(decodeQuery(Filter).transform({}, asBody)).toEqual({});
    expect(faults(decodeQuery(Filter), { typ: 'a' })).toEqual(['/typ unknown field: there is none of this name here']);
  });

  it('has no parameter twice', () => {
    expect(faults(decodeQuery(Filter), { type: ['a', 'b', 'c'] })).toEqual(['/type given 3 times; give it once']);
  });
});
