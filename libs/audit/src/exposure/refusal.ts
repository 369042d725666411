import type { Position } from '#libs/event-store';
import type { KnownNode } from '#libs/key-uses';
import type { Life } from './lives.js';

/** Where a secret that has ended is refused. */
export interface Refusal {
  /** The event that ended it; null where time alone did. */
  readonly position: Position | null;
  /** By every node that reports; false where none does, as nothing is known then. */
  readonly everywhere: boolean;
  readonly nodes: ReadonlyArray<KnownNode & { readonly refuses: boolean }>;
}

/**
 * A node refuses what it has applied the end of. One that has not heard of the key refuses it as well: so an end by the clock
 * that the key was made with is refused by every node, however far it is. A node that was killed stays listed, as nobody can tell it
 * from one that cannot report.
 */
export const refusalOf = ({ hasEnded, refusedBy, to }: Life, nodes: ReadonlyArray<KnownNode>): Refusal | null => {
  if (!hasEnded) return null;
  const told = nodes.map((node) => ({
    ...node,
    refuses: refusedBy === null || (node.position !== null && node.position >= refusedBy),
  }));
  const everywhere = refusedBy === null || (told.length > 0 && told.every(({ refuses }) => refuses));
  return { position: to?.position ?? null, everywhere, nodes: told };
};
