import { describe, expect, it } from '@jest/globals';
import * as t from 'io-ts';
import { branded, exact } from './branded.js';
import {
  AccountId,
  ApiKeyId,
  CommandId,
  Digest,
  EventId,
  OrganizationId,
  ProjectId,
  ServiceTokenId,
  Timestamp,
} from './ids.js';
import { E } from './prelude.js';
import { millisOf, timestampOf } from './time.js';
import { MembershipMethod, OrganizationRole, Role, Sealed, Visibility } from './vocabulary.js';

const good = {
  AccountId: [AccountId, 'user_4Yx9'],
  OrganizationId: [OrganizationId, 'org_4Yx9'],
  ProjectId: [ProjectId, 'proj_4Yx9'],
  ApiKeyId: [ApiKeyId, 'key_4Yx9'],
  ServiceTokenId: [ServiceTokenId, 'svc_4Yx9'],
  EventId: [EventId, '01234567-89ab-4cde-8f01-23456789abcd'],
  CommandId: [CommandId, `cmd_${'0a'.repeat(16)}`],
  Digest: [Digest, '0a'.repeat(32)],
  Timestamp: [Timestamp, '2026-02-28T23:59:59.999Z'],
} as const satisfies Record<string, readonly [t.Mixed, string]>;

describe.each(Object.entries(good))('%s', (_, [codec, id]) => {
  it('takes its own shape and gives it back unchanged', () => {
    expect(codec.decode(id)).toEqual(E.right(id));
    expect(codec.is(id)).toBe(true);
    expect(codec.encode(id as never)).toBe(id);
  });

  it.each([
    ['a trailing newline', `${id}\n`],
    ['a leading newline', `\n${id}`],
    ['a carriage return', `${id}\r`],
    ['white space around it', ` ${id} `],
    ['a second line', `${id}\n${id}`],
    ['a NUL', `${id}\0`],
    ['a zero-width space', `${id}\u200b`],
    ['a byte-order mark', `\ufeff${id}`],
    ['a full-width digit', id.replace(/\d/u, (digit) => String.fromCodePoint(0xff10 + Number(digit)))],
    ['a combining accent', `${id}\u0301`],
    ['nothing', ''],
  ])('refuses %s', (_name, wrong) => {
    expect(E.isLeft(codec.decode(wrong))).toBe(true);
    expect(codec.is(wrong)).toBe(false);
  });

  it('refuses what is not a string', () => {
    for (const wrong of [null, undefined, 7, [id], { id }, new String(id)]) {
      expect(E.isLeft(codec.decode(wrong))).toBe(true);
      expect(codec.is(wrong)).toBe(false);
    }
  });
});

describe('ids are byte-exact', () => {
  const refused = (codec: t.Mixed, ...ids: ReadonlyArray<string>) =>
    expect(ids.filter((id) => codec.is(id))).toEqual([]);

  it('KEY-04: the prefix names the kind, in its own case', () => {
    refused(AccountId, 'User_a', 'USER_a', 'org_a', 'user-a', 'user_', 'user', 'xuser_a');
  });

  it('letters that only look like ours are not ours', () => {
    refused(
      AccountId,
      'user_\u0430',
      'us\u0435r_a',
      'user_\u212a',
      'user_\u017f',
      'user_ä',
      'user_a\u0308',
      '\uff55ser_a',
      'user\uff3fa',
    );
    refused(Digest, '\u0430'.repeat(64), '０'.repeat(64));
  });

  it('nothing but base62, and no more than 64 of it', () => {
    refused(ProjectId, 'proj_a.b', 'proj_a-b', 'proj_a_b', 'proj_a/b', 'proj_%61', `proj_${'a'.repeat(65)}`);
    expect(ProjectId.is(`proj_${'a'.repeat(64)}`)).toBe(true);
  });

  it('two that differ in case are two', () => {
    const [one, other] = ['key_aB', 'key_Ab'].map((id) => ApiKeyId.decode(id));
    expect(one).not.toEqual(other);
  });

  it('hexadecimal is lower case, and of one length', () => {
    refused(Digest, 'A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64));
    refused(CommandId, `cmd_${'A'.repeat(32)}`, `cmd_${'a'.repeat(31)}`, 'a'.repeat(32));
    refused(EventId, '01234567-89AB-4CDE-8F01-23456789ABCD', '0123456789ab4cde8f0123456789abcd');
  });

  it('a timestamp is UTC with milliseconds, as a clock writes it', () => {
    refused(
      Timestamp,
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:00.000+00:00',
      '2026-01-01 00:00:00.000Z',
      '2026-01-01T00:00:00.000z',
    );
    expect(timestampOf(millisOf('2026-02-28T23:59:59.999Z' as Timestamp))).toBe('2026-02-28T23:59:59.999Z');
  });

  it('no vocabulary takes a word by its prototype, or in another case', () => {
    for (const codec of [Role, OrganizationRole, Visibility, MembershipMethod] as ReadonlyArray<t.Mixed>)
      refused(codec, 'constructor', '__proto__', 'toString', 'Admin', 'ADMIN', 'admin ', 'Open', 'SSO', '');
  });
});

describe('a branded string', () => {
  it('says what was expected', () => {
    const decoded = branded('Slug', /^[a-z]+$/u).decode('A');
    expect(E.isLeft(decoded) && decoded.left.map(({ message }) => message)).toEqual([
      'expected Slug, matching ^[a-z]+$',
    ]);
  });
});

describe('an exact object', () => {
  const Person = exact({ name: t.string, home: exact({ town: t.string }) });
  const ann = { name: 'ann', home: { town: 'Bern' } };
  const refused = (wrong: unknown) => {
    expect(E.isLeft(Person.decode(wrong))).toBe(true);
    expect(Person.is(wrong)).toBe(false);
  };

  it('takes what it knows', () => {
    expect(Person.decode(ann)).toEqual(E.right(ann));
    expect(Person.is(ann)).toBe(true);
    expect(Person.encode(ann)).toEqual(ann);
  });

  it('refuses a field it does not know, at any depth, instead of stripping it', () => {
    refused({ ...ann, age: 7 });
    refused({ ...ann, age: undefined });
    refused({ ...ann, home: { ...ann.home, street: 'Aarweg' } });
    refused(JSON.parse('{"name":"ann","home":{"town":"Bern"},"__proto__":{"admin":true}}'));
  });

  it('refuses a field that is missing', () => {
    refused({ name: 'ann' });
    refused({ ...ann, home: {} });
    refused({ ...ann, home: undefined });
  });

  it('refuses an unknown field in the place of one that is inherited', () => {
    refused({ ...ann, home: Object.assign(Object.create({ town: 'Bern' }) as object, { street: 'Aarweg' }) });
  });

  it('refuses what is no object', () => {
    for (const wrong of [null, undefined, [], [ann], 'ann', 7, true]) refused(wrong);
  });

  it('names every field it does not know', () => {
    const decoded = Person.decode({ ...ann, age: 7, hat: 1 });
    expect(E.isLeft(decoded) && decoded.left.map(({ context, message }) => [context.at(-1)?.key, message])).toEqual([
      ['age', 'unknown field'],
      ['hat', 'unknown field'],
    ]);
  });

  it('is how personal data lies in the log: nothing but the box', () => {
    expect(Sealed.is({ sealedFor: 'user_a', box: 'x' })).toBe(true);
    expect(Sealed.is({ sealedFor: 'user_a', box: 'x', email: 'ann@example.com' })).toBe(false);
  });
});
