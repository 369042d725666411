import { LRUCache } from 'lru-cache';
import type { Position } from '#libs/event-store';

export interface Place {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
}

/**
 * The ids a server remembers of what it has written: all it knows an append by that expects no revision. In memory, of
 * each server its own, and bounded (the real one's has 8 MiB).
 */
export class CommittedIds {
  private readonly places = new LRUCache<string, Place>({ max: 100_000 });

  remember(ids: ReadonlyArray<string>, last: Place): void {
    const first = last.revision - ids.length + 1;
    for (const [n, id] of ids.entries()) this.places.set(id, { ...last, revision: first + n });
  }

  /** Where an earlier append of these ids ended; `partly` when it is known from the first id on, but not to the last. */
  find(stream: string, ids: ReadonlyArray<string>): Place | 'partly' | undefined {
    let last: Place | undefined;
    for (const id of ids) {
      const place = this.places.get(id);
      if (place?.stream !== stream) return last === undefined ? undefined : 'partly';
      last = place;
    }
    return last;
  }

  forget(): void {
    this.places.clear();
  }
}
