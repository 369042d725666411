import { type Aggregate, type Decision, E } from '#libs/kernel';
import { type SupportMatrixEvent, supportMatrixEvents, type SupportRow } from './support-matrix.events.js';

export interface ReviseSupportMatrix {
  readonly type: 'ReviseSupportMatrix';
  /** Every kind once. */
  readonly rows: ReadonlyArray<SupportRow>;
}

type State = ReadonlyArray<SupportRow> | null;

const sorted = (rows: ReadonlyArray<SupportRow>): ReadonlyArray<SupportRow> =>
  [...rows].sort(({ kind: one }, { kind: other }) => (one < other ? -1 : 1));

const isSame = (one: SupportRow, other: SupportRow | undefined): boolean =>
  other !== undefined &&
  one.kind === other.kind &&
  one.key === other.key &&
  one.ui === other.ui &&
  one.listingScope === other.listingScope;

const decide = ({ rows }: ReviseSupportMatrix, state: State): Decision<never, SupportMatrixEvent> => {
  const revised = sorted(rows);
  const changes = state?.length !== revised.length || revised.some((row, n) => !isSame(row, state[n]));
  return E.right(changes ? [{ type: 'SupportMatrixRevised', data: { rows: revised } }] : []);
};

/** RES-04: the support table is data with a date. Which kinds there are is for whoever sends the command to know. */
export const supportMatrix: Aggregate<ReviseSupportMatrix, State, SupportMatrixEvent, never> = {
  category: 'supportMatrix',
  events: supportMatrixEvents,
  initialState: null,
  decide,
  evolve: (_, { data }) => data.rows,
};
