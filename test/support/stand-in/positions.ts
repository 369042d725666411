import { type Position, START } from '#libs/event-store';

/** Both halves of a position on the wire. */
export interface WirePosition {
  readonly commit: number;
  readonly prepare: number;
}

const STEP = 64;
/** How far before its commit an event was prepared, where the two differ. */
const APART = 17;

/** Positions on the wire grow with the bytes of the log; the embedded store's count its events. */
export class Positions {
  private readonly apart: number;

  constructor(split: boolean) {
    this.apart = split ? APART : 0;
  }

  wire(position: Position): WirePosition {
    const commit = Number(position) * STEP;
    return { commit, prepare: commit - this.apart };
  }

  /** The first position of an event that is not before the two halves, commit before prepare. */
  notBefore(commit: bigint, prepare: bigint): Position {
    const step = BigInt(STEP);
    const position = commit / step;
    const itself = commit % step === 0n && prepare <= commit - BigInt(this.apart);
    return itself ? position : position + 1n;
  }
}

export const justBefore = (position: Position): Position => (position > START ? position - 1n : START);
