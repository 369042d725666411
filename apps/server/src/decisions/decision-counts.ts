import { allowances, type Decision, denials } from '#libs/authorization';

interface Counted {
  readonly decision: boolean;
  times: number;
}

const none =
  (decision: boolean) =>
  (reason: Decision['reason']): [Decision['reason'], Counted] => [reason, { decision, times: 0 }];

/**
 * How often each reason was given: all of them from the start, since who watches a counter sees nothing in a first time. It is in the
 * way of every decision: one look-up, and a number that grows.
 */
export class DecisionCounts {
  private readonly byReason = new Map([...allowances.map(none(true)), ...denials.map(none(false))]);

  count({ reason }: Decision): void {
    const counted = this.byReason.get(reason);
    if (counted !== undefined) counted.times += 1;
  }

  told(): ReadonlyArray<Counted & Pick<Decision, 'reason'>> {
    return [...this.byReason].map(([reason, counted]) => ({ reason, ...counted }));
  }
}
