import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import * as t from 'io-ts';
import { AccountId, branded, E, exact, exactWith, Role, Timestamp } from '#libs/kernel';
import { atLeastOne, Email, IsoTime, Limit, Name, RoleName } from '../http/fields.js';
import { mayBeAbsent, Schemas } from './json-schema.js';

const schemaOf = (codec: t.Mixed): unknown => new Schemas().of(codec);
const Slug = branded('Slug', /^[a-z]+$/u);

describe('the schema of', () => {
  it.each<[string, t.Mixed, object]>([
    ['a text', t.string, { type: 'string' }],
    ['a number', t.number, { type: 'number' }],
    ['a whole number', t.Int, { type: 'integer' }],
    ['a flag', t.boolean, { type: 'boolean' }],
    ['null', t.null, { type: 'null' }],
    ['a literal', t.literal('user'), { const: 'user' }],
    ['one of some words', Role, { type: 'string', enum: ['admin', 'member'] }],
    ['anything with fields', t.UnknownRecord, { type: 'object' }],
    ['a record', t.record(t.string, t.boolean), { type: 'object', additionalProperties: { type: 'boolean' } }],
    ['a list', t.array(t.string), { type: 'array', items: { type: 'string' } }],
    ['a list that is read', t.readonlyArray(t.null), { type: 'array', items: { type: 'null' } }],
    ['a list of one or more', atLeastOne(Role, 'x'), { type: 'array', items: schemaOf(Role), minItems: 1 }],
    ['a union', t.union([t.string, t.null]), { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    ['what may be undefined', t.union([t.string, t.undefined]), { type: 'string' }],
    [
      'an exact object',
      exact({ a: t.string }),
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
    ],
    ['an exact object of nothing', exact({}), { type: 'object', properties: {}, additionalProperties: false }],
    [
      'an exact object with what may be absent',
      exactWith({ a: t.string, limit: Limit }, { b: t.null }),
      {
        type: 'object',
        properties: { a: { type: 'string' }, limit: { $ref: '#/components/schemas/Limit' }, b: { type: 'null' } },
        required: ['a'],
        additionalProperties: false,
      },
    ],
    ['an open object', t.type({ a: t.null }), { type: 'object', properties: { a: { type: 'null' } }, required: ['a'] }],
    ['a partial object', t.partial({ a: t.null }), { type: 'object', properties: { a: { type: 'null' } } }],
    [
      'an object that is cut to size',
      t.strict({ a: t.null }),
      { type: 'object', properties: { a: { type: 'null' } }, required: ['a'] },
    ],
  ])('%s', (_, codec, schema) => {
    expect(schemaOf(codec)).toEqual(schema);
  });

  it('what has a name stands under it, once', () => {
    const schemas = new Schemas();
    const thing = t.type({ slug: Slug, others: t.array(Slug) }, 'Thing');
    expect(schemas.of(thing)).toEqual({ $ref: '#/components/schemas/Thing' });
    expect(Object.keys(schemas.named).sort()).toEqual(['Slug', 'Thing']);
    expect(schemas.named['Slug']).toEqual({ type: 'string', pattern: '^[a-z]+$' });
    expect(() => schemas.of(branded('Slug', /^[A-Z]+$/u))).toThrow('two codecs are called "Slug"');
  });

  it.each([Name, Email, IsoTime, Limit, RoleName, AccountId, Timestamp] as ReadonlyArray<t.Mixed>)(
    'a field by its own words: $name',
    (codec) => {
      const schemas = new Schemas();
      schemas.of(codec);
      expect(schemas.named[codec.name]).toMatchObject({ type: codec === Limit ? 'integer' : 'string' });
    },
  );
});

describe('a codec that cannot be read is refused', () => {
  const home = new t.Type<string, unknown>(
    'Home-made',
    t.string.is,
    (u, c) => t.string.validate(u, c),
    (a) => a,
  );

  it.each<[string, t.Mixed]>([
    ['one of its own making', home],
    ['deep inside', exact({ list: t.array(exactWith({}, { a: t.union([t.null, home]) })) })],
    ['unknown', t.unknown],
    ['any value that is none', t.void],
    ['a tuple', t.tuple([t.string])],
    ['a pattern with flags', branded('Slug', /^[a-z]+$/iu)],
    ['a record by other keys', t.record(Slug, t.string)],
  ])('%s', (_, codec) => {
    expect(() => schemaOf(codec)).toThrow('has no schema');
  });
});

it('what may be left out is what decodes when it is absent', () => {
  expect([Limit, t.string, t.null, t.union([t.string, t.undefined])].map(mayBeAbsent)).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

describe('a value is taken by the schema if and only if the codec takes it', () => {
  const ajv = new Ajv2020();
  formats.default(ajv);
  const agrees = (codec: t.Mixed, value: unknown) => {
    const schemas = new Schemas();
    schemas.of(codec);
    const schema = schemas.named[codec.name] ?? schemas.of(codec);
    expect([value, ajv.validate(schema, value)]).toEqual([value, E.isRight(codec.decode(value))]);
  };
  const space = fc.constantFrom('', ' ', '\t', '\n', '\u00a0', '\ufeff', '\u2028');
  const odd = fc.constantFrom(
    'a',
    'é',
    '🔑',
    '-',
    '.',
    '@',
    ' ',
    '\u0000',
    '\u0085',
    '\ud800',
    '\u200b',
    '\u0301',
    '"',
  );
  const text = fc.oneof(
    fc.array(odd, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.constantFrom('a', '🔑', ' ').chain((unit) => fc.integer({ min: 98, max: 102 }).map((n) => unit.repeat(n))),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const email = fc
    .tuple(fc.integer({ min: 62, max: 66 }), fc.integer({ min: 92, max: 97 }), fc.constantFrom('a', 'ä', '🔑', '-'))
    .map(([local, labels, char]) => `${char.repeat(local)}@${'b.'.repeat(labels)}${char}`);

  it.each([
    ['names', Name, fc.tuple(space, text, space).map((parts) => parts.join(''))],
    ['email addresses', Email, fc.tuple(space, fc.oneof(email, text), space).map((parts) => parts.join(''))],
    ['email addresses, nearly', Email, fc.tuple(text, text).map(([local, domain]) => `${local}@${domain}.com`)],
    [
      'ids',
      AccountId,
      fc.oneof(
        text,
        text.map((id) => `user_${id}`),
      ),
    ],
    ['roles', RoleName, fc.oneof(text, fc.constantFrom('admin', 'member', 'developer', 'editor', 'owner', 'Admin'))],
  ] as ReadonlyArray<[string, t.Mixed, fc.Arbitrary<string>]>)('%s', (_, codec, texts) => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: texts }, fc.jsonValue()), (value) => {
        agrees(codec, value);
      }),
      { numRuns: 1_000 },
    );
  });

  it('times with their seconds', () => {
    // An offset may lead out of the years 0 to 9999, where the codec follows nobody.
    const days = fc.date({ min: new Date('0002-01-01'), max: new Date('9998-12-31'), noInvalidDate: true });
    const written = days.map((day) => day.toISOString());
    const offset = fc.constantFrom('Z', '+00:00', '-11:30', '+23:59', '+24:00', '', 'z');
    const at = (time: string, from: number, digits: string) => time.slice(0, from) + digits + time.slice(from + 2);
    const changed = fc
      .tuple(written, fc.constantFrom(5, 8, 11, 14), fc.constantFrom('00', '12', '23', '24', '30', '31', '59'))
      .map(([time, from, digits]) => at(time, from, digits));
    fc.assert(
      fc.property(fc.oneof(written, changed), offset, (time, zone) => {
        agrees(IsoTime, `${time.slice(0, -1)}${zone}`);
      }),
      { numRuns: 5_000 },
    );
  });
});
