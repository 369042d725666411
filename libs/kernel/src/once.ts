import type { Decider, Decision } from './decider.js';
import type { CommandId } from './ids.js';
import { E } from './prelude.js';

/** A fold, and which commands have already had their say in it. */
export interface Past<State> {
  readonly state: State;
  readonly commands: ReadonlySet<CommandId>;
}

/**
 * The law every aggregate keeps: the *same* command again is no new events, whatever happened since.
 * A second, different command of the same content is decided by its rule (AMB-16, 18, 28, 30).
 */
export const decideOnce =
  <C, S, Ev, F>({ decide }: Pick<Decider<C, S, Ev, F>, 'decide'>) =>
  (id: CommandId, command: C, past: Past<S>): Decision<F, Ev> =>
    past.commands.has(id) ? E.right([]) : decide(command, past.state);
