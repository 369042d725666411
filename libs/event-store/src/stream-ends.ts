import { LRUCache } from 'lru-cache';
import type { StreamName } from './event-store.js';

/** Streams' last revisions, -1 for one that does not exist. Whoever keeps it sees to it that nothing is written unseen. */
export class StreamEnds {
  private readonly revisions = new LRUCache<StreamName, number>({ maxSize: 100_000, sizeCalculation: () => 1 });

  /** Known to be past the end. */
  isPast(stream: StreamName, revision: number): boolean {
    return revision > (this.revisions.get(stream) ?? Infinity);
  }

  saw(stream: StreamName, revision: number): void {
    if (revision > (this.revisions.get(stream) ?? -2)) this.revisions.set(stream, revision);
  }

  /** Nobody knows whether something was appended: the next reader looks. */
  forget(stream: StreamName): void {
    this.revisions.delete(stream);
  }
}
