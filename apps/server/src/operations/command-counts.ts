import type { CommandBus } from '@nestjs/cqrs';
import { isEither } from '../http/answer.js';
import { problems } from '../http/problem.catalogue.js';
import type { Sample } from './metrics.js';

const outcomes = ['done', 'refused', 'unavailable', 'failed'] as const;
type Outcome = (typeof outcomes)[number];

const outcomeOf = (answer: unknown): Outcome => {
  if (!isEither(answer) || answer._tag === 'Right') return 'done';
  const { status } = problems[answer.left._tag];
  if (status < 500) return 'refused';
  return status === 503 ? 'unavailable' : 'failed';
};

/** What became of the commands that came over the bus. */
export class CommandCounts {
  private readonly byName = new Map<string, Map<Outcome, number>>();

  /**
   * From now on every command of this bus is counted: Nest's own tells of commands, and never of their outcomes. Those that are expected
   * are told at once, with all that may become of them: who watches a counter sees nothing in its first appearance.
   */
  watch(bus: CommandBus, expected: ReadonlyArray<string>): void {
    for (const command of expected) this.of(command);
    const execute = bus.execute.bind(bus) as (command: object, ...more: unknown[]) => Promise<unknown>;
    const counted = async (command: object, ...more: unknown[]): Promise<unknown> => {
      let outcome: Outcome = 'failed';
      try {
        const answer = await execute(command, ...more);
        outcome = outcomeOf(answer);
        return answer;
      } finally {
        this.count(command.constructor.name, outcome);
      }
    };
    bus.execute = counted;
  }

  told(): ReadonlyArray<Sample<'command' | 'outcome'>> {
    return [...this.byName].flatMap(([command, by]) =>
      [...by].map(([outcome, times]): Sample<'command' | 'outcome'> => [{ command, outcome }, times]),
    );
  }

  private count(command: string, outcome: Outcome): void {
    const by = this.of(command);
    by.set(outcome, (by.get(outcome) ?? 0) + 1);
  }

  private of(command: string): Map<Outcome, number> {
    const by = this.byName.get(command) ?? new Map(outcomes.map((outcome) => [outcome, 0]));
    this.byName.set(command, by);
    return by;
  }
}
