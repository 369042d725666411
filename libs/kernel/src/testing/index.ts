import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import type { Aggregate, Decider } from '../decider.js';
import type { CommandId } from '../ids.js';
import { decideOnce } from '../once.js';
import { E } from '../prelude.js';

export { bytesOf } from './bytes.js';

/** given(…past).when(command) then one of: .then(…events) · .refuses(failure) · .changesNothing() */
export const specify =
  <C, S, Ev, F>(decider: Decider<C, S, Ev, F>) =>
  (...past: ReadonlyArray<Ev>) => ({
    when: (command: C) => {
      const state = past.reduce((sofar, event) => decider.evolve(sofar, event), decider.initialState);
      const decision = decider.decide(command, state);
      return {
        then: (...events: ReadonlyArray<Ev>) => {
          deepStrictEqual(decision, E.right(events));
        },
        refuses: (failure: F) => {
          deepStrictEqual(decision, E.left(failure));
        },
        changesNothing: () => {
          deepStrictEqual(decision, E.right([]));
        },
      };
    },
  });

const frozen = <A>(value: A): A => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
};

const commandId = (n: number): CommandId => `cmd_${n.toString(16).padStart(32, '0')}` as CommandId;

/**
 * Two laws over random histories. The same command (same id) again, at any later moment, is no new events.
 * And every event survives its own codec, byte for byte, with nothing mutated on the way.
 */
export const repeatable = <C, S, Ev extends { readonly type: string }, F>(
  aggregate: Aggregate<C, S, Ev, F>,
  anyCommand: fc.Arbitrary<C>,
): void => {
  fc.assert(
    fc.property(fc.array(anyCommand, { minLength: 1, maxLength: 12 }), fc.nat(), (commands, pick) => {
      let state = frozen(aggregate.initialState);
      const done = new Set<CommandId>();
      commands.forEach((command, n) => {
        const decision = decideOnce(aggregate)(commandId(n), frozen(command), { state, commands: done });
        if (E.isLeft(decision) || decision.right.length === 0) return;
        done.add(commandId(n));
        decision.right.forEach((event) => {
          const stored = JSON.parse(JSON.stringify(aggregate.events.encode(event))) as ReturnType<
            typeof aggregate.events.encode
          >;
          deepStrictEqual(aggregate.events.decode(stored), E.right(event));
          state = frozen(aggregate.evolve(state, frozen(event)));
        });
      });
      const again = pick % commands.length;
      const command = commands[again];
      if (command === undefined || !done.has(commandId(again))) return;
      deepStrictEqual(decideOnce(aggregate)(commandId(again), command, { state, commands: done }), E.right([]));
    }),
  );
};
