import type { Position } from '#libs/event-store';
import type { KnownNode } from '#libs/key-uses';
import type { Life } from './lives.js';

/** How long a node may say nothing and still counts as one that reports, in ms: several reports, and a minute between their clocks. */
const SILENCE = 120_000;

interface ToldNode extends KnownNode {
  /** It has reported lately. One that was killed has not, and nobody can tell it from one that cannot report. */
  readonly reports: boolean;
  readonly refuses: boolean;
}

/** Where a secret that has ended is refused. */
export interface Refusal {
  /** The event that ended it; null where time alone did. */
  readonly position: Position | null;
  /** By every node that reports; false where none does, as nothing is known then. */
  readonly everywhere: boolean;
  readonly nodes: ReadonlyArray<ToldNode>;
}

/**
 * A node refuses what it has applied the end of. One that has not heard of the key refuses it as well: so an end by the clock
 * that the key was made with is refused by every node, however far it is. A node that reports no more does not count: should it
 * run, its state is fresh, or it refuses everything.
 *
 * @param now in ms since 1970
 */
export const refusalOf = (
  { hasEnded, refusedBy, to }: Life,
  nodes: ReadonlyArray<KnownNode>,
  now: number,
): Refusal | null => {
  if (!hasEnded) return null;
  const told = nodes.map((node) => ({
    ...node,
    reports: now - node.at < SILENCE,
    refuses: refusedBy === null || (node.position !== null && node.position >= refusedBy),
  }));
  const reporting = told.filter(({ reports }) => reports);
  const everywhere = refusedBy === null || (reporting.length > 0 && reporting.every(({ refuses }) => refuses));
  return { position: to?.position ?? null, everywhere, nodes: told };
};
