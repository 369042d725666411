import type { Position } from '#libs/event-store';

/** As many may be known before anybody looks which of them are still cited. */
const LEAST = 10_000;

const citedBy = (fact: unknown, told: (position: Position) => void): void => {
  if (typeof fact === 'bigint') told(fact);
  else if (fact instanceof Map) for (const each of fact.values()) citedBy(each, told);
  else if (typeof fact === 'object' && fact !== null) for (const each of Object.values(fact)) citedBy(each, told);
};

/**
 * Which of all events that count is at a position, for those that facts cite. What no fact cites any more is forgotten now and then:
 * so there are as many as facts have, and not as many as the log.
 */
export class Ordinals {
  private known = new Map<Position, number>();
  private most = LEAST;

  get size(): number {
    return this.known.size;
  }

  note(position: Position, ordinal: number): void {
    this.known.set(position, ordinal);
  }

  nameOf(position: Position): string {
    return String(this.known.get(position) ?? '?');
  }

  /** Time to look which are still cited: there are twice as many as there were at the last look. */
  get areMany(): boolean {
    return this.known.size > this.most;
  }

  /** Keeps what these facts cite. It waits after each of them where `rest` says so; nothing may be noted meanwhile. */
  async keep(facts: Iterable<unknown>, rest: () => Promise<void> | undefined): Promise<void> {
    const cited = new Map<Position, number>();
    const take = (position: Position): void => {
      const ordinal = this.known.get(position);
      if (ordinal !== undefined) cited.set(position, ordinal);
    };
    for (const fact of facts) {
      citedBy(fact, take);
      await rest();
    }
    this.known = cited;
    this.most = Math.max(LEAST, 2 * cited.size);
  }
}
