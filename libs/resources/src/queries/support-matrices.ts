import { seedSupport, type Support } from '#libs/authorization';
import { Documents, type ReadModel } from '#libs/read-models';
import { THE_TABLE } from '../domain/support-matrix.events.js';
import type { SupportRow } from '../domain/support-matrix.events.js';
import { type SupportMatrixDocument, supportMatrices } from '../projections/support-matrix.js';

const rowOf = ([kind, { key, ui, listing }]: readonly [string, Support]): SupportRow => ({
  kind,
  key,
  ui: ui === 'none' ? null : ui,
  listingScope: listing,
});

/** The support table: the seed's, until the operator revises it (AMB-38). */
export class SupportMatrices implements ReadModel {
  private readonly documents = new Documents(supportMatrices, () => '');
  readonly follows = [this.documents.follows];

  /** In the order of RES-01. A kind that the last revision did not know yet is as it was before. */
  get(): Omit<SupportMatrixDocument, 'revisedAt'> & { readonly revisedAt: SupportMatrixDocument['revisedAt'] | null } {
    const { rows, revisedAt, changed } = this.documents.get(THE_TABLE) ?? nobody;
    const revised = new Map(rows.map((row) => [row.kind, row]));
    return { rows: [...seedSupport].map((each) => revised.get(each[0]) ?? rowOf(each)), revisedAt, changed };
  }
}

/** What nobody has revised yet. */
const nobody = { rows: [], revisedAt: null, changed: 0n } as const;
