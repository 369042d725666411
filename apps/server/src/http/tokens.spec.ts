import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { formatSecret, type KeyPrefix } from '#libs/api-keys';
import { E } from '#libs/kernel';
import { Cursors, queryOf } from './cursor.js';
import { PositionTokens } from './position-token.js';
import { madeRequestId, requestIdOf } from './request-id.js';
import { sameSecret } from './same-secret.js';

const key = Buffer.alloc(32, 1);
const tokens = new PositionTokens(key, 'log-a');
const anyPosition = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });

const tagOf = (result: E.Either<{ readonly _tag: string }, unknown>) =>
  E.isLeft(result) ? result.left._tag : 'accepted';

/** The same text with one character of it changed to another of base64url. */
const altered = (text: string, at: number) => {
  const place = at % text.length;
  return `${text.slice(0, place)}${text[place] === 'A' ? 'B' : 'A'}${text.slice(place + 1)}`;
};

describe('a position token', () => {
  it('comes back as the position it was made of, and is safe in a URL', () =>
    fc.assert(
      fc.property(anyPosition, (position) => {
        const token = tokens.encode(position);
        expect(token).toMatch(/^[A-Za-z0-9_-]{26,46}$/u);
        expect(tokens.decode(token)).toEqual(E.right(position));
        expect(tokens.encode(position)).toBe(token);
        expect(new PositionTokens(key, 'log-a').encode(position)).toBe(token);
      }),
    ));

  it('is unknown to another log and under another key', () =>
    fc.assert(
      fc.property(anyPosition, (position) => {
        expect(tagOf(new PositionTokens(key, 'log-b').decode(tokens.encode(position)))).toBe('UnknownPosition');
        expect(tagOf(new PositionTokens(Buffer.alloc(32, 2), 'log-a').decode(tokens.encode(position)))).toBe(
          'UnknownPosition',
        );
      }),
    ));

  it('is never accepted once a character of it is another', () =>
    fc.assert(
      fc.property(anyPosition, fc.nat(), (position, at) => {
        expect(tagOf(tokens.decode(altered(tokens.encode(position), at)))).not.toBe('accepted');
      }),
    ));

  it.each([
    [''],
    ['12'],
    ['-1'],
    ['not a token'],
    ['é'.repeat(30)],
    ['A'.repeat(100)],
    [`${tokens.encode(5n)}=`],
    [` ${tokens.encode(5n)}`],
  ])('%j was never one', (text) => expect(tagOf(tokens.decode(text))).toBe('InvalidRequest'));

  it('is of a position that has at most 128 bits', () => {
    expect(() => tokens.encode(-1n)).toThrow(RangeError);
    expect(() => tokens.encode(2n ** 128n)).toThrow(RangeError);
  });
});

describe('a cursor', () => {
  const cursors = new Cursors(key);

  it('opens for the question it was sealed for, and no other', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), fc.nat(), (after, query, other, at) => {
        const cursor = cursors.seal(query, after);
        expect(cursors.open(query, cursor)).toEqual(E.right(after));
        if (other !== query) expect(tagOf(cursors.open(other, cursor))).toBe('BadCursor');
        expect(tagOf(cursors.open(query, altered(cursor, at)))).toBe('BadCursor');
        expect(tagOf(new Cursors(Buffer.alloc(32, 9)).open(query, cursor))).toBe('BadCursor');
      }),
    ));

  it('cannot move text between the question and the place', () => {
    const sealed = Buffer.from(cursors.seal('a', 'bc'), 'base64url');
    const moved = Buffer.concat([sealed.subarray(0, 16), Buffer.from('c')]).toString('base64url');
    expect(tagOf(cursors.open('ab', moved))).toBe('BadCursor');
    expect(tagOf(cursors.open('a', ''))).toBe('BadCursor');
  });

  it('is of a question whatever the order and the page', () => {
    const question = queryOf('/v1/x', { b: '2', a: '1', limit: 5, cursor: 'c' });
    expect(queryOf('/v1/x', { a: '1', b: '2', limit: 9, none: undefined })).toBe(question);
    expect(queryOf('/v1/x', { a: '1' })).not.toBe(question);
    expect(queryOf('/v1/y', { a: '1', b: '2' })).not.toBe(question);
    expect(queryOf('/v1/x', { a: '1","b":"2' })).not.toBe(queryOf('/v1/x', { a: '1', b: '2' }));
  });
});

describe('a request id', () => {
  it.each([['a'], ['A-b_c.9'], ['x'.repeat(128)]])('%s is kept', (id) =>
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toBe(id),
  );

  it.each([[''], ['x'.repeat(129)], ['a b'], ['a, b'], ['é'], ['a\n']])('%j is replaced', (id) => {
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toMatch(/^req_[0-9a-f-]{36}$/u);
  });

  it.each<[string, string]>([
    ['a key', formatSecret('writ' as KeyPrefix, randomBytes(32))],
    ['a key in other text', `deploy-${formatSecret('acme' as KeyPrefix, randomBytes(32))}.1`],
    ['a service token', `wsvc_${'0a'.repeat(32)}`],
    ['an operator token', 'wop_1'],
    ['a token in other text', 'of.wop_0a0a'],
  ])('%s is replaced', (_, id) => {
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toMatch(/^req_[0-9a-f-]{36}$/u);
  });

  it('is made afresh each time', () => expect(madeRequestId()).not.toBe(madeRequestId()));
});

it('two secrets are the same when every byte is', () => {
  expect(sameSecret('hunter2', 'hunter2')).toBe(true);
  expect(sameSecret('hunter2', 'hunter3')).toBe(false);
  expect(sameSecret('hunter2', 'hunter2 ')).toBe(false);
  expect(sameSecret('', 'x')).toBe(false);
});
