import * as t from 'io-ts';
import { DescribedType } from './described.js';

const list = (items: ReadonlyArray<object>): object => ({
  type: 'array',
  prefixItems: items,
  minItems: items.length,
  maxItems: items.length,
});
const lineOf = (fields: Readonly<Record<string, object>>): object => ({
  type: 'object',
  properties: fields,
  required: Object.keys(fields),
  additionalProperties: false,
});
const [text, number] = [{ type: 'string' }, { type: 'integer' }];

/** A line of a backup. For programs that look at one; what puts it back is `npm run restore`. */
export const BackupLine = new DescribedType<Record<string, unknown>>(
  {
    description:
      'First what the backup is; "e", an event of the log: stream, revision, id, type, version, data, metadata; "v", a row of the vault: subject, wrapped key or null; ' +
      'then how much there was; last an HMAC of all before it. Without that one it is not whole.',
    anyOf: [
      lineOf({ writ: { const: 'backup' }, version: number, logId: text, madeAt: text, masterKey: text }),
      lineOf({ e: list([text, number, text, text, number, {}, {}]) }),
      lineOf({ v: list([text, { type: ['string', 'null'] }]) }),
      lineOf({ events: number, rows: number, log: text }),
      lineOf({ mac: text }),
    ],
  },
  'BackupLine',
  t.UnknownRecord.is,
  (u, context) => t.UnknownRecord.validate(u, context),
  t.identity,
);
