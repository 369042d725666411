import { E } from '#libs/kernel';
import type { BadCursor } from '../http/http.failures.js';

/**
 * Where a page of a history begins. All pages are told as of the moment of the first, by its clock: what happens or ends between two
 * of them makes neither skip or repeat anything.
 */
export interface HistoryPlace {
  readonly position: bigint;
  /** In ms since 1970. */
  readonly now: number;
  /** How many intervals were on the pages before. */
  readonly after: number;
}

/** As a cursor has it. */
export const placeText = ({ position, now, after }: HistoryPlace): string =>
  [position, now, after].map(String).join('.');

export const placeFrom = (text: string): E.Either<BadCursor, HistoryPlace> => {
  const [, position, now, after] = /^(\d+)\.(\d+)\.(\d+)$/u.exec(text) ?? [];
  return position === undefined
    ? E.left({ _tag: 'BadCursor' })
    : E.right({ position: BigInt(position), now: Number(now), after: Number(after) });
};
