import * as t from 'io-ts';
import { E, Role, Timestamp, timestampOf } from '#libs/kernel';
import { DescribedType, type JsonSchema, NonEmptyType } from '../openapi/described.js';

interface Reading<A> {
  readonly is: t.Is<A>;
  readonly read: (text: string) => A | undefined;
  readonly wanted: string;
  readonly schema: JsonSchema;
}

/** A codec that reads a text into something else, or says what it would have taken. */
const reading = <A>(name: string, { is, read, wanted, schema }: Reading<A>): t.Type<A, unknown> =>
  new DescribedType<A>(
    { type: 'string', ...schema },
    name,
    is,
    (u, context) => {
      const value = typeof u === 'string' ? read(u) : undefined;
      return value === undefined ? t.failure(u, context, `expected ${wanted}`) : t.success(value);
    },
    t.identity,
  );

/** A list that isn't empty. `name` says so to a caller. */
export const atLeastOne = <A>(item: t.Type<A>, name: string): t.Type<ReadonlyArray<A>, unknown> => {
  const list = t.readonlyArray(item);
  return new NonEmptyType<A>(
    item,
    name,
    (u): u is ReadonlyArray<A> => list.is(u) && u.length > 0,
    (u, context) => {
      const read = list.validate(u, context);
      return E.isRight(read) && read.right.length === 0 ? t.failure(u, context, `expected ${name}`) : read;
    },
    t.identity,
  );
};

const isText = (u: unknown): u is string => typeof u === 'string';

/** No control character and no half of a surrogate pair: neither can be shown, and some readers stop there. */
const printable = '[^\\p{Cc}\\p{Cs}]';
const visible = '[^\\p{Cc}\\p{Cs}\\s]';
const name = new RegExp(`^\\s*${visible}(?:${printable}{0,98}${visible})?\\s*$`, 'u');

/** Trimmed, then 1–100 characters (code points), none of them a control character. */
export const Name = reading('Name', {
  is: isText,
  read: (text) => (name.test(text) ? text.trim() : undefined),
  wanted: 'a name of 1 to 100 characters after trimming, without control characters',
  schema: { pattern: name.source, description: '1 to 100 characters after trimming, without control characters.' },
});

const label = '[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?';
const mailbox = `[^\\s@\\p{C}"(),:;<>[\\]\\\\]{1,64}@${label}(?:\\.${label})+`;
const email = new RegExp(`^\\s*(?=\\S{1,254}\\s*$)${mailbox}\\s*$`, 'u');

/** Trimmed, at most 254 characters (RFC 5321 §4.5.3.1.3), otherwise as given: whether case counts is the account's matter. */
export const Email = reading('Email', {
  is: isText,
  read: (text) => (email.test(text) ? text.trim() : undefined),
  wanted: 'an email address, as in name@example.com, of at most 254 characters',
  schema: { pattern: email.source, description: 'An email address of at most 254 characters after trimming.' },
});

const isoTime = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/iu;

/** `Date.parse` takes February 30th for March 2nd, so the day must come back as it went in. */
const millisOfIso = (text: string): number | undefined => {
  const [, day, minute, second = '00', fraction = '', offset] = isoTime.exec(text) ?? [];
  if (day === undefined || minute === undefined || offset === undefined) return undefined;
  const local = Date.parse(`${day}T${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  if (Number.isNaN(local) || !timestampOf(local).startsWith(`${day}T${minute}`)) return undefined;
  if (offset.toUpperCase() === 'Z') return local;
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return local + (offset.startsWith('-') ? 1 : -1) * (hours * 60 + minutes) * 60_000;
};

/** A moment with its offset, read into UTC milliseconds (what is finer is cut off). Taken without its seconds, too. */
export const IsoTime: t.Type<Timestamp, unknown> = reading('IsoTime', {
  is: (u): u is Timestamp => Timestamp.is(u),
  read: (text) => {
    const millis = millisOfIso(text);
    const timestamp = millis === undefined ? undefined : timestampOf(millis);
    return Timestamp.is(timestamp) ? timestamp : undefined;
  },
  wanted: 'an ISO-8601 time with its offset, as in 2026-01-31T12:00:00Z (in a query, "+" is written %2B)',
  schema: { format: 'date-time', description: 'A time with its offset. What is finer than a millisecond is cut off.' },
});

/** How many of a list, 1–1,000 in a query; 100 when left out. */
export const Limit = new DescribedType<number>(
  { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'How many of the list at most.' },
  'Limit',
  (u): u is number => typeof u === 'number' && Number.isInteger(u) && u >= 1 && u <= 1000,
  (u, context) => {
    if (u === undefined) return t.success(100);
    const limit = typeof u === 'string' && /^[1-9]\d{0,3}$/u.test(u) ? Number(u) : 0;
    return limit >= 1 && limit <= 1000 ? t.success(limit) : t.failure(u, context, 'expected a number from 1 to 1000');
  },
  t.identity,
);

const LONGEST_OVERLAP = 30 * 24 * 60 * 60;

/** How long a rotated key goes on beside the one that replaces it, in seconds; at most 30 days. */
export const OverlapSeconds = new DescribedType<number>(
  { type: 'integer', minimum: 0, maximum: LONGEST_OVERLAP, description: 'In seconds; at most 30 days.' },
  'OverlapSeconds',
  (u): u is number => typeof u === 'number' && Number.isInteger(u) && u >= 0 && u <= LONGEST_OVERLAP,
  (u, context) =>
    typeof u === 'number' && Number.isInteger(u) && u >= 0 && u <= LONGEST_OVERLAP
      ? t.success(u)
      : t.failure(u, context, `expected a whole number of seconds from 0 to ${String(LONGEST_OVERLAP)} (30 days)`),
  t.identity,
);

/** `admin` or `member`; the later labels `developer` and `editor` are read as `member` (AMB-37). */
export const RoleName: t.Type<Role, unknown> = reading('RoleName', {
  is: Role.is,
  read: (text) => (text === 'developer' || text === 'editor' ? 'member' : Role.is(text) ? text : undefined),
  wanted: 'a role: "admin" or "member" (or "developer" or "editor", which mean "member")',
  schema: {
    enum: ['admin', 'member', 'developer', 'editor'],
    description: '"developer" and "editor" are read as "member", and given back so.',
  },
});
