import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type * as t from 'io-ts';
import { E } from '#libs/kernel';
import { Email, IsoTime, Limit, Name } from './fields.js';

const read = <A>(codec: t.Decoder<unknown, A>, value: unknown): A | undefined => {
  const decoded = codec.decode(value);
  return E.isRight(decoded) ? decoded.right : undefined;
};

describe('a name', () => {
  it.each([
    [' a ', 'a'],
    ['\tZoë 🔑\n', 'Zoë 🔑'],
    ['🔑'.repeat(100), '🔑'.repeat(100)],
    ['👩‍🚀', '👩‍🚀'],
  ])('%j is %j', (text, name) => expect(read(Name, text)).toBe(name));

  it.each([
    [''],
    ['  '],
    ['a'.repeat(101)],
    ['🔑'.repeat(101)],
    ['a\nb'],
    ['a\0b'],
    ['\ud800'],
    ['a\u0085b'],
    [7],
    [null],
    [undefined],
    [['a']],
  ])('%j is none', (value) => expect(read(Name, value)).toBeUndefined());
});

describe('an email address', () => {
  it.each([
    [' ann@example.com ', 'ann@example.com'],
    ['Ann.O+writ@Sub.Example.co', 'Ann.O+writ@Sub.Example.co'],
    ['jörg@bücher.example', 'jörg@bücher.example'],
    [`a@${'b'.repeat(63)}.com`, `a@${'b'.repeat(63)}.com`],
  ])('%j is %j', (text, email) => expect(read(Email, text)).toBe(email));

  it.each([
    ['ann'],
    ['ann@'],
    ['@example.com'],
    ['ann@example'],
    ['a@b@example.com'],
    ['ann@-example.com'],
    ['ann@example-.com'],
    ['ann@example..com'],
    ['ann@example.com.'],
    ['a b@example.com'],
    ['ann\0@example.com'],
    ['ann\u200b@example.com'],
    ['Ann <ann@example.com>'],
    [`${'a'.repeat(65)}@example.com`],
    [`a@${'b.'.repeat(130)}com`],
    [{}],
  ])('%j is none', (value) => expect(read(Email, value)).toBeUndefined());

  it('is settled at once, however it is written', () => {
    const started = performance.now();
    read(Email, `a@${'b-'.repeat(120)}`);
    read(Email, `a@${'b.'.repeat(120)}!`);
    expect(performance.now() - started).toBeLessThan(50);
  });
});

describe('a time', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00.5z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00.123999Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T23:30:00+05:30', '2026-01-31T18:00:00.000Z'],
    ['2026-01-31T23:30:00-01:00', '2026-02-01T00:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, timestamp) => expect(read(IsoTime, text)).toBe(timestamp));

  it.each([
    ['2026-02-29T00:00:00Z'],
    ['2026-02-30T00:00:00Z'],
    ['2026-04-31T00:00:00Z'],
    ['2026-13-01T00:00:00Z'],
    ['2026-00-10T00:00:00Z'],
    ['2026-01-31T24:00:00Z'],
    ['2026-01-31T23:60:00Z'],
    ['2026-01-31T23:59:60Z'],
    ['2026-01-31T12:00:00'],
    ['2026-01-31'],
    ['2026-01-31 12:00:00Z'],
    ['2026-01-31T12:00:00+24:00'],
    ['2026-01-31T12:00:00+0100'],
    ['0000-01-01T00:00:00+01:00'],
    ['9999-12-31T23:59:59-01:00'],
    ['+12026-01-31T12:00:00Z'],
    [1_769_860_800],
    [null],
  ])('%j is none', (value) => expect(read(IsoTime, value)).toBeUndefined());

  it('that was written comes back', () =>
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }),
        (date) => {
          expect(read(IsoTime, date.toISOString())).toBe(date.toISOString());
        },
      ),
    ));
});

describe('a limit', () => {
  it.each([
    [undefined, 100],
    ['1', 1],
    ['1000', 1000],
  ])('%j is %j', (given, limit) => expect(read(Limit, given)).toBe(limit));

  it.each([['0'], ['1001'], ['-1'], ['01'], ['1.5'], ['1e2'], [' 1'], [''], [5], [null]])('%j is none', (value) =>
    expect(read(Limit, value)).toBeUndefined(),
  );
});
