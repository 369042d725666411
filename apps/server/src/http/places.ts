/** How many there may be at once. */
export interface Bound {
  readonly all: number;
  /** Of one caller, so that they leave some for the others. */
  readonly each: number;
}

/** Gives a place back. A second time it does nothing. */
export type GiveBack = () => void;

/** Counts what there is at once, of each caller and of all. */
export class Places {
  private all = 0;
  private readonly by = new Map<string, number>();

  constructor(private readonly bound: Bound) {}

  /** Nothing where all are taken. */
  take(who: string): GiveBack | undefined {
    const taken = this.by.get(who) ?? 0;
    if (this.all >= this.bound.all || taken >= this.bound.each) return undefined;
    this.all += 1;
    this.by.set(who, taken + 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.giveBack(who);
      isTaken = false;
    };
  }

  private giveBack(who: string): void {
    this.all -= 1;
    const left = (this.by.get(who) ?? 0) - 1;
    if (left > 0) this.by.set(who, left);
    else this.by.delete(who);
  }
}
