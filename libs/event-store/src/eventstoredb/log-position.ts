import { type Position, START } from '../event-store.js';

/** Where EventStoreDB has a record: `$all` is ordered by commit, then by prepare. */
export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

const HALF = 64n;
const MASK = (1n << HALF) - 1n;
/** What the server writes where it knows none: −1, unsigned. */
const NONE = MASK;

/** Both halves, in 128 bits: a checkpoint of the commit position alone can skip an event of the same transaction. */
export const positionOf = ({ commit, prepare }: LogPosition): Position => (commit << HALF) | prepare;

export const logPositionOf = (position: Position): LogPosition => ({
  commit: position >> HALF,
  prepare: position & MASK,
});

/** For where to read from: the client has a word of its own for the beginning. */
export const fromOf = (position: Position): LogPosition | 'start' =>
  position === START ? 'start' : logPositionOf(position);

export const isKnown = (position: LogPosition | undefined): position is LogPosition =>
  position !== undefined && position.commit !== NONE && position.prepare !== NONE;
