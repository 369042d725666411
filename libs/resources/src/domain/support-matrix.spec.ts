import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { repeatable, specify } from '#libs/kernel/testing';
import { supportMatrix } from './support-matrix.decider.js';
import type { SupportMatrixEvent, SupportRow } from './support-matrix.events.js';

const given = specify(supportMatrix);

const row = (kind: string, more: Partial<SupportRow> = {}): SupportRow => ({
  kind,
  key: true,
  ui: false,
  listingScope: 'defaultProject',
  ...more,
});
const revise = (...rows: ReadonlyArray<SupportRow>) => ({ type: 'ReviseSupportMatrix', rows }) as const;
const revised = (...rows: ReadonlyArray<SupportRow>): SupportMatrixEvent => ({
  type: 'SupportMatrixRevised',
  data: { rows },
});

describe('revising the support table', () => {
  it('RES-04, AMB-38: is recorded whole, the first time too', () =>
    given()
      .when(revise(row('file'), row('storage', { key: false })))
      .then(revised(row('file'), row('storage', { key: false }))));
  it('is recorded in the order of the kinds, whatever the order it was sent in', () =>
    given()
      .when(revise(row('storage'), row('batch'), row('file')))
      .then(revised(row('batch'), row('file'), row('storage'))));
  it('to what it is, in whatever order, is no new event', () => {
    const table = revised(row('batch'), row('file'));
    given(table)
      .when(revise(row('batch'), row('file')))
      .changesNothing();
    given(table)
      .when(revise(row('file'), row('batch')))
      .changesNothing();
  });
  it.each<[string, Partial<SupportRow>]>([
    ['the key flag', { key: false }],
    ['the UI flag', { ui: true }],
    ['there being a UI at all (RES-05)', { ui: null }],
    ['what a listing shows (AMB-24)', { listingScope: 'organization' }],
  ])('in nothing but %s is recorded', (_, change) =>
    given(revised(row('batch'), row('file')))
      .when(revise(row('batch'), row('file', change)))
      .then(revised(row('batch'), row('file', change))),
  );
  it('by a row more, or a row less, is recorded', () => {
    given(revised(row('batch')))
      .when(revise(row('batch'), row('file')))
      .then(revised(row('batch'), row('file')));
    given(revised(row('batch'), row('file')))
      .when(revise(row('batch')))
      .then(revised(row('batch')));
  });
  it('AMB-38: and back again is two revisions', () =>
    given(revised(row('file')), revised(row('file', { ui: true })))
      .when(revise(row('file')))
      .then(revised(row('file'))));
});

const anyRow = (kind: string) =>
  fc
    .record({
      key: fc.boolean(),
      ui: fc.constantFrom(true, false, null),
      listingScope: fc.constantFrom('defaultProject' as const, 'organization' as const),
    })
    .map((more) => row(kind, more));
const anyCommand = fc.tuple(anyRow('file'), anyRow('storage')).map((rows) => revise(...rows));

it('may be retried at will', () => repeatable(supportMatrix, anyCommand));
