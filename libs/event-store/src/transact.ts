import { type Aggregate, decideOnce, E, pipe, TE } from '#libs/kernel';
import type { NewEvent, Position, StoreFailure, StreamName } from './event-store.js';
import { type CommandContext, eventIdOf, type EventMetadata } from './metadata.js';
import { type Folded, foldOfAggregate, type StreamFolds } from './stream-folds.js';

/** Streams and the revisions of them that a command was allowed on. */
export type Basis = Array<[StreamName, number]>;

export interface Transacted<State> {
  /** The last event written; for a command that changed nothing, the last one read. */
  readonly position: Position;
  readonly state: State;
  /** False when the same command had been recorded before, or there was nothing to change. */
  readonly changed: boolean;
}

/** A command as it may be decided, and the streams and revisions that say so. */
export interface Ready<Command> {
  readonly command: Command;
  readonly basis: Basis;
}

export interface Transaction<Command, Refusal> {
  readonly id: string;
  readonly context: CommandContext;
  /** May it, and on what facts? Asked before deciding, and again after a conflict; not for a command in the log already. */
  readonly ready: TE.TaskEither<Refusal, Ready<Command>>;
}

/** A command that depends on nothing but its own stream. */
export const ready = <Command>(command: Command, basis: Basis = []): TE.TaskEither<never, Ready<Command>> =>
  TE.right({ command, basis });

/** What any command may meet besides its own rules. */
export type TransactFailure = StoreFailure | StaleRevision;

/** The caller's `If-Match` lost: the thing has changed since they read it. */
export interface StaleRevision {
  readonly _tag: 'StaleRevision';
}

/** read → fold → (ready?) → decide → append at the revision read; all of it afresh when another writer got there first. */
export const transact =
  <C, S, Ev extends { readonly type: string }, F>(folds: StreamFolds, aggregate: Aggregate<C, S, Ev, F>, attempts = 16) =>
  <R = never>(transaction: Transaction<C, R>): TE.TaskEither<F | R | TransactFailure, Transacted<S>> => {
    const { id, context } = transaction;
    const once = decideOnce(aggregate);

    const decided = (past: Folded<S>): TE.TaskEither<F | R | TransactFailure, Transacted<S>> => {
      const unchanged = { position: past.position, state: past.state, changed: false };
      if (past.commands.has(context.commandId)) return TE.right(unchanged);
      // A stale `If-Match` is told only where the command would be done without it (RFC 9110 §13.2.1): it is no way to probe.
      const current = <A>(decision: A): TE.TaskEither<StaleRevision, A> =>
        context.unchangedSince?.(past.position) === false ? TE.left({ _tag: 'StaleRevision' }) : TE.right(decision);
      return pipe(
        transaction.ready,
        TE.bindW('events', ({ command }) => TE.fromEither(once(context.commandId, command, past))),
        TE.flatMap(current),
        TE.flatMap(({ basis, events }): TE.TaskEither<F | R | TransactFailure, Transacted<S>> =>
          events.length === 0
            ? TE.right(unchanged)
            : pipe(
                folds.store.append(
                  past.stream,
                  past.revision < 0 ? 'no-stream' : past.revision,
                  events.map(recordable(aggregate, past.stream, context, basis)),
                ),
                TE.map(({ position }) => ({
                  position,
                  state: events.reduce(aggregate.evolve, past.state),
                  changed: true,
                })),
              ),
        ),
      );
    };

    return pipe(
      folds.load(foldOfAggregate(aggregate), id),
      TE.flatMap(decided),
      TE.orElse((failure) =>
        isConflict(failure) && attempts > 1
          ? transact(folds, aggregate, attempts - 1)(transaction)
          : TE.left(failure),
      ),
    );
  };

const isConflict = (failure: unknown): boolean =>
  (failure as { readonly _tag?: unknown } | null)?._tag === 'RevisionConflict';

/** The event as it goes to disk. */
export const recordable =
  <Ev extends { readonly type: string }>(
    { events: codec }: Pick<Aggregate<never, never, Ev, never>, 'events'>,
    stream: StreamName,
    { commandId, actor, via, requestId, at }: CommandContext,
    basis: Basis,
  ) =>
  (event: Ev, n: number): NewEvent => {
    const { type, version, data } = codec.encode(event);
    const metadata: EventMetadata = { actor, via, commandId, correlationId: requestId, at, basis };
    return { id: eventIdOf(commandId, stream, n), type, version, data, metadata };
  };

