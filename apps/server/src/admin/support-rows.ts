import type * as t from 'io-ts';
import { kinds } from '#libs/authorization';
import type { SupportRow } from '#libs/resources';
import type { Fault, InvalidRequest } from '../http/http.failures.js';
import type { GivenSupportRow } from '../openapi/resource-shapes.js';

type Given = ReadonlyArray<t.TypeOf<typeof GivenSupportRow>>;

/** Rows as they were given, with what they did not say. */
export const wholeTable = (rows: Given): ReadonlyArray<SupportRow> =>
  rows.map((row) => ({ listingScope: 'defaultProject' as const, ...row }));

/** Every kind once: one that is left out would be guessed, and of two rows one would be passed over. `at`: where the rows are in the body. */
export const faultsInTable = (rows: Given, at: string): InvalidRequest | undefined => {
  const given = rows.map(({ kind }) => kind);
  const doubled = given.flatMap((kind, n): ReadonlyArray<Fault> => {
    const isFirst = given.indexOf(kind) === n;
    return isFirst
      ? []
      : [{ pointer: `${at}/${String(n)}/kind`, detail: `"${kind}" has a row already: give each kind one` }];
  });
  const missing = [...kinds]
    .filter((kind) => !given.includes(kind))
    .map((kind): Fault => ({ pointer: at, detail: `"${kind}" is missing: the table has a row for every kind` }));
  const errors = [...doubled, ...missing];
  return errors.length === 0 ? undefined : { _tag: 'InvalidRequest', errors };
};
