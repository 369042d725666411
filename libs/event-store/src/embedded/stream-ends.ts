import { LRUCache } from 'lru-cache';
import type { StreamName } from '../event-store.js';

/**
 * Streams' last revisions, as acknowledged or read. Nobody else writes to this log, and no subscription runs ahead of
 * what was acknowledged: so a stream known to end where a reader has been needs no look at the disk.
 */
export class StreamEnds {
  private readonly revisions = new LRUCache<StreamName, number>({ max: 100_000 });

  /** Known to be past the end. */
  isPast(stream: StreamName, revision: number): boolean {
    return revision > (this.revisions.get(stream) ?? Infinity);
  }

  saw(stream: StreamName, revision: number): void {
    if (revision > (this.revisions.get(stream) ?? -1)) this.revisions.set(stream, revision);
  }

  /** Nobody knows whether something was appended: the next reader looks. */
  forget(stream: StreamName): void {
    this.revisions.delete(stream);
  }
}
