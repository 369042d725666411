import type { Decision } from '#libs/authorization';

interface Counted {
  readonly decision: boolean;
  times: number;
}

/** How often each reason was given. It is in the way of every decision: one look-up, and a number that grows. */
export class DecisionCounts {
  private readonly byReason = new Map<Decision['reason'], Counted>();

  count({ decision, reason }: Decision): void {
    const counted = this.byReason.get(reason);
    if (counted === undefined) this.byReason.set(reason, { decision, times: 1 });
    else counted.times += 1;
  }

  told(): ReadonlyArray<Counted & Pick<Decision, 'reason'>> {
    return [...this.byReason].map(([reason, counted]) => ({ reason, ...counted }));
  }
}
