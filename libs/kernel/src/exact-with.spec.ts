import { describe, expect, it } from '@jest/globals';
import * as t from 'io-ts';
import { exactWith } from './exact-with.js';
import { E } from './prelude.js';

const Patch = exactWith({ id: t.string }, { name: t.string, expiresAt: t.union([t.string, t.null]) });

describe('an exact object with optional fields', () => {
  it('keeps what is absent absent, and tells it from null', () => {
    expect(Patch.decode({ id: 'a' })).toEqual(E.right({ id: 'a' }));
    expect(Patch.decode({ id: 'a', expiresAt: null })).toEqual(E.right({ id: 'a', expiresAt: null }));
    const decoded = Patch.decode({ id: 'a' });
    expect(E.isRight(decoded) && Object.hasOwn(decoded.right, 'expiresAt')).toBe(false);
  });

  it('refuses a required field that is missing, a null where no null may be, and what it does not know', () => {
    expect(E.isLeft(Patch.decode({}))).toBe(true);
    expect(E.isLeft(Patch.decode({ id: 'a', name: null }))).toBe(true);
    expect(E.isLeft(Patch.decode({ id: 'a', nmae: 'x' }))).toBe(true);
    expect(E.isLeft(Patch.decode(JSON.parse('{"id":"a","__proto__":{"name":"x"}}')))).toBe(true);
    expect(E.isLeft(Patch.decode(['a']))).toBe(true);
  });

  it('does not take a required field from the prototype', () => {
    expect(E.isLeft(exactWith({ constructor: t.Function }, {}).decode({}))).toBe(true);
  });

  it('reports every fault, each once', () => {
    const decoded = Patch.decode({ name: 1, other: 2 });
    expect(E.isLeft(decoded) && decoded.left.map(({ context }) => context.at(-1)?.key).sort()).toEqual([
      'id',
      'name',
      'other',
    ]);
  });

  it('knows its own values', () => {
    expect(Patch.is({ id: 'a', name: 'b' })).toBe(true);
    expect(Patch.is({ name: 'b' })).toBe(false);
    expect(Patch.is({ id: 'a', other: 'b' })).toBe(false);
    expect(Patch.encode({ id: 'a', name: 'b' })).toEqual({ id: 'a', name: 'b' });
  });
});
