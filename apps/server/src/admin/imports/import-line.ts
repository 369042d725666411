import { isUtf8 } from 'node:buffer';
import * as t from 'io-ts';
import {
  Algorithm,
  digestOf,
  Encoding,
  type ForeignKey,
  looksLikeSecret,
  PepperName,
  readDigest,
} from '#libs/api-keys';
import { E, exactWith, OrganizationId, ProjectId } from '#libs/kernel';
import type { NameLooksLikeKey } from '../../http/feature.catalogue.js';
import { faultsOf } from '../../http/faults.js';
import { IsoTime, Name } from '../../http/fields.js';
import type { Fault, InvalidRequest } from '../../http/http.failures.js';
import { parsedJson } from '../../http/json-text.js';
import { DescribedType } from '../../openapi/described.js';
import { orNull } from '../../openapi/shapes.js';
import { LONGEST_LINE, type TextLine } from './text-lines.js';

const externalId = /^[^\p{Cc}\p{Cs}]{1,100}$/u;
const isExternalId = (u: unknown): u is string => typeof u === 'string' && externalId.test(u);

/** What the other system calls the key: to the byte, and shown with it. */
const ExternalId = new DescribedType<string>(
  { type: 'string', pattern: externalId.source, description: '1 to 100 characters, without control characters.' },
  'ExternalId',
  isExternalId,
  (u, context) =>
    isExternalId(u)
      ? t.success(u)
      : t.failure(u, context, 'expected an id of 1 to 100 characters, without control characters'),
  t.identity,
);

/** A line of an import. What is null is as good as left out. */
export const ImportLine = exactWith(
  { name: Name, algorithm: Algorithm, encoding: Encoding, digest: t.string },
  {
    projectId: orNull(ProjectId),
    legacyOf: orNull(OrganizationId),
    pepper: orNull(PepperName),
    expiresAt: orNull(IsoTime),
    externalId: orNull(ExternalId),
  },
  'ImportLine',
);
type ImportLine = t.TypeOf<typeof ImportLine>;

export interface ReadLine {
  readonly key: E.Either<InvalidRequest | NameLooksLikeKey, ForeignKey>;
  /** As the line has it, where it may be said again. */
  readonly externalId: string | null;
}

const invalid = (errors: ReadonlyArray<Fault>): E.Either<InvalidRequest, never> =>
  E.left({ _tag: 'InvalidRequest', errors });
const unreadable = (detail: string, pointer = ''): ReadLine => ({
  key: invalid([{ pointer, detail }]),
  externalId: null,
});

type Fields = Readonly<Partial<Record<keyof ImportLine, unknown>>>;

/** What no field is wrong about by itself. */
const faultsBetween = ({ projectId, legacyOf, algorithm, encoding, digest, pepper, expiresAt }: Fields): Fault[] => {
  const faults: Fault[] = [];
  const fault = (pointer: string, detail: string) => faults.push({ pointer, detail });
  if (projectId == null && legacyOf == null) fault('/projectId', 'expected "projectId", or "legacyOf" in its place');
  if (projectId != null && legacyOf != null) fault('/legacyOf', 'given beside "projectId": a key is of one of them');
  if (legacyOf != null && expiresAt != null) fault('/expiresAt', 'a legacy key has no expiration: leave it out');
  if (algorithm === 'hmac-sha256' && pepper == null)
    fault('/pepper', 'expected the name of a pepper that was stored: "hmac-sha256" is keyed with one');
  if (Algorithm.is(algorithm) && algorithm !== 'hmac-sha256' && pepper != null)
    fault('/pepper', `"${algorithm}" is not keyed: leave the pepper out, or name "hmac-sha256"`);
  if (Algorithm.is(algorithm) && Encoding.is(encoding) && typeof digest === 'string') {
    const read = readDigest(digest, { algorithm, encoding });
    if ('fault' in read) fault('/digest', read.fault);
  }
  return faults;
};

/** In characters: what is shorter is found anywhere. */
const TELLING = 16;

/** Whether a text that is kept and shown has something in it that is not to be. */
const holdsSecret = (text: string, { algorithm, encoding, digest }: Fields): boolean => {
  if (looksLikeSecret(text)) return true;
  if (typeof digest !== 'string' || digest.length < TELLING) return false;
  if (text.toLowerCase().includes(digest.toLowerCase())) return true;
  // The very secret, in place of its name.
  if (!Algorithm.is(algorithm) || !Encoding.is(encoding)) return false;
  const read = readDigest(digest, { algorithm, encoding });
  return !('fault' in read) && digestOf(algorithm, text)?.equals(read) === true;
};

const keyOf = (line: ImportLine): E.Either<InvalidRequest, ForeignKey> => {
  const { projectId, legacyOf, name, algorithm, pepper = null, expiresAt = null } = line;
  const digest = readDigest(line.digest, line);
  if ('fault' in digest) return invalid([{ pointer: '/digest', detail: digest.fault }]);
  const key = { name, algorithm, pepper, digest, externalId: line.externalId ?? null };
  if (projectId != null) return E.right({ ...key, projectId, expiresAt });
  if (legacyOf != null) return E.right({ ...key, legacyOf });
  return invalid(faultsBetween(line));
};

/** What a line says, or everything that is wrong with it; its digest is in neither. */
export const readLine = ({ bytes }: TextLine): ReadLine => {
  if (bytes === null) return unreadable(`a line may have ${String(LONGEST_LINE)} bytes`);
  if (!isUtf8(bytes)) return unreadable('the line is not valid UTF-8');
  const json = parsedJson(bytes.toString('utf8'));
  if (E.isLeft(json)) return unreadable(json.left.detail, json.left.pointer);
  const line = ImportLine.decode(json.right);
  const fields: Fields = t.UnknownRecord.is(json.right) ? json.right : {};
  const told = (text: unknown): boolean => typeof text === 'string' && !holdsSecret(text, fields);
  const external = isExternalId(fields.externalId) && told(fields.externalId) ? fields.externalId : null;
  const read = (key: ReadLine['key']): ReadLine => ({ key, externalId: external });
  const between = t.UnknownRecord.is(json.right) ? faultsBetween(fields) : [];
  if (E.isLeft(line)) return read(invalid([...faultsOf(line.left), ...between]));
  if (between.length > 0) return read(invalid(between));
  for (const field of ['name', 'externalId'] as const)
    if (line.right[field] != null && !told(line.right[field])) return read(E.left({ _tag: 'NameLooksLikeKey', field }));
  return read(keyOf(line.right));
};
