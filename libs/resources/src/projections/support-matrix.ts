import type { Projection, Timestamp } from '#libs/kernel';
import { type SupportMatrixEvent, supportMatrixEvents, type SupportRow } from '../domain/support-matrix.events.js';

/** The support table as the operator last put it (RES-04). */
export interface SupportMatrixDocument {
  readonly rows: ReadonlyArray<SupportRow>;
  readonly revisedAt: Timestamp;
  /** The position of the last change: what an `ETag` is made of. */
  readonly changed: bigint;
}

export const supportMatrices: Projection<SupportMatrixDocument, SupportMatrixEvent> & {
  readonly events: typeof supportMatrixEvents;
} = {
  category: 'supportMatrix',
  events: supportMatrixEvents,
  project: (_, { at, position: changed, event }) => ({ rows: event.data.rows, revisedAt: at, changed }),
};
