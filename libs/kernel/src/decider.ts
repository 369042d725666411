import type { EventCodec } from './event-schema.js';
import type { E } from './prelude.js';

/** What a rule answers: a refusal, or the events that are now true (none, when it was true already). */
export type Decision<Failure, Event> = E.Either<Failure, ReadonlyArray<Event>>;

/** The pure heart of an aggregate (Chassaing's decider): no clock, no randomness, no I/O. */
export interface Decider<Command, State, Event, Failure> {
  readonly initialState: State;
  decide(command: Command, state: State): Decision<Failure, Event>;
  evolve(state: State, event: Event): State;
}

/** A decider and where its events live. That is all a store needs: there is no repository per aggregate. */
export interface Aggregate<Command, State, Event extends { readonly type: string }, Failure> extends Decider<
  Command,
  State,
  Event,
  Failure
> {
  readonly category: string;
  readonly events: EventCodec<Event>;
}
