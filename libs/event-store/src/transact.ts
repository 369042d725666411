import { type Aggregate, decideOnce, E, pipe, TE } from '#libs/kernel';
import type { EventStore, NewEvent, Position, StoreFailure, StreamName } from './event-store.js';
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
  /** The stream's id follows from the command's: it makes the thing, so nothing is there before it. */
  readonly makes?: true;
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
  <C, S, Ev extends { readonly type: string }, F>(
    folds: StreamFolds,
    aggregate: Aggregate<C, S, Ev, F>,
    attempts = 16,
  ) =>
  <R = never>(transaction: Transaction<C, R>): TE.TaskEither<F | R | TransactFailure, Transacted<S>> =>
  async () => {
    const fold = foldOfAggregate(aggregate);
    // Nothing can be where a command that was never seen will make something.
    const blank = transaction.makes === true && transaction.context.fresh === true;
    for (let attempt = 1; ; attempt += 1) {
      const past =
        blank && attempt === 1 ? E.right(folds.blank(fold, transaction.id)) : await folds.load(fold, transaction.id)();
      if (E.isLeft(past)) return past;
      const answer = await decideAndAppend(folds.store, aggregate, transaction, past.right);
      if (E.isRight(answer) || !isToDecideAgain(answer.left) || attempt >= attempts) return answer;
    }
  };

const decideAndAppend = async <C, S, Ev extends { readonly type: string }, F, R>(
  store: EventStore,
  aggregate: Aggregate<C, S, Ev, F>,
  { context, ready: asked }: Transaction<C, R>,
  past: Folded<S>,
): Promise<E.Either<F | R | TransactFailure, Transacted<S>>> => {
  const { stream, position, state, revision } = past;
  const unchanged = { position, state, changed: false };
  if (past.commands.has(context.commandId))
    return pipe(
      await isOwn(store, context, stream),
      E.map((changed) => ({ ...unchanged, changed })),
    );
  const allowed = await asked();
  if (E.isLeft(allowed)) return allowed;
  const { command, basis } = allowed.right;
  const events = decideOnce(aggregate)(context.commandId, command, past);
  if (E.isLeft(events)) return events;
  // A stale `If-Match` is told only where the command would be done without it (RFC 9110 §13.2.1): it is no way to probe.
  if (context.unchangedSince?.(position) === false) return E.left({ _tag: 'StaleRevision' });
  if (events.right.length === 0) return E.right(unchanged);
  const written = events.right.map(recordable(aggregate, stream, context, basis));
  const appended = await store.append(stream, revision < 0 ? 'no-stream' : revision, written)();
  return E.isLeft(appended)
    ? appended
    : E.right({
        position: appended.right.position,
        state: events.right.reduce((folded, event) => aggregate.evolve(folded, event), state),
        changed: true,
      });
};

/**
 * Is what the log has of the command from this very attempt, whose answer was lost? Only attempts that differ are told apart: of
 * any other it makes no difference.
 */
const isOwn = async (
  store: EventStore,
  context: CommandContext,
  stream: StreamName,
): Promise<E.Either<StoreFailure, boolean>> => {
  if (context.attempt === undefined) return E.right(false);
  const id = eventIdOf(context, stream, 0);
  return pipe(
    await store.read(stream)(),
    E.map((events) => events.some((event) => event.id === id)),
  );
};

/** Another writer was first; or the log has another leader, which may know more of what the command was allowed on. */
const isToDecideAgain = (failure: unknown): boolean => {
  const { _tag, moved } = (failure ?? {}) as { readonly _tag?: unknown; readonly moved?: unknown };
  return _tag === 'RevisionConflict' || (_tag === 'StoreUnavailable' && moved === true);
};

/** The event as it goes to disk. */
export const recordable =
  <Ev extends { readonly type: string }>(
    { events: codec }: Pick<Aggregate<never, never, Ev, never>, 'events'>,
    stream: StreamName,
    context: CommandContext,
    basis: Basis,
  ) =>
  (event: Ev, n: number): NewEvent => {
    const { type, version, data } = codec.encode(event);
    const { commandId, actor, via, requestId, at } = context;
    const metadata: EventMetadata = { actor, via, commandId, correlationId: requestId, at, basis };
    return { id: eventIdOf(context, stream, n), type, version, data, metadata };
  };
