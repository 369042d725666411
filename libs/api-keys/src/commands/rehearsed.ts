import {
  type CommandContext,
  foldOfAggregate,
  type Ready,
  type StreamFolds,
  transact,
  type TransactFailure,
} from '#libs/event-store';
import {
  type Aggregate,
  type ApiKeyId,
  type Digest,
  E,
  type OrganizationId,
  pipe,
  type ProjectId,
  TE,
} from '#libs/kernel';
import type { Rehearsal } from '../imports/rehearsal.js';
import type { Imported, ImportFailure } from './foreign-key.js';

/** One line of an import on its way into the log; with a rehearsal, only so far. */
export interface Step {
  readonly streams: StreamFolds;
  readonly context: CommandContext;
  readonly rehearsal: Rehearsal | null;
  readonly id: ApiKeyId;
  readonly digest: Digest;
}

interface Wanted<Command> {
  /** The id of the stream that it goes to. */
  readonly stream: string;
  readonly place: ProjectId | OrganizationId;
  readonly ready: TE.TaskEither<ImportFailure, Ready<Command>>;
}

/** What the lines before it would have made of it. */
const overlaid = (
  rehearsal: Rehearsal,
  digest: Digest,
  place: ProjectId | OrganizationId,
): E.Either<ImportFailure, boolean> | undefined => {
  const before = rehearsal.where(digest, place);
  if (before !== undefined) return before === 'here' ? E.right(false) : E.left({ _tag: 'KeyExists' });
  return rehearsal.hasLegacyKey(place) ? E.left({ _tag: 'LegacyKeyExists' }) : undefined;
};

/** Decided as the command is, on the stream as it is and on what was rehearsed before; and nothing is written. */
const rehearsed =
  <C, S, Ev extends { readonly type: string }, F extends ImportFailure>(
    { streams, id, digest }: Step,
    aggregate: Aggregate<C, S, Ev, F>,
    rehearsal: Rehearsal,
  ) =>
  ({ stream, place, ready }: Wanted<C>): TE.TaskEither<ImportFailure, Imported> =>
    pipe(
      ready,
      TE.bindTo('asked'),
      TE.bind('past', () =>
        TE.mapLeft((failure: ImportFailure) => failure)(streams.load(foldOfAggregate(aggregate), stream)),
      ),
      TE.flatMapEither(({ asked, past }): E.Either<ImportFailure, Imported> => {
        const changed =
          overlaid(rehearsal, digest, place) ??
          E.map((events: ReadonlyArray<Ev>) => events.length > 0)(aggregate.decide(asked.command, past.state));
        if (E.isLeft(changed)) return changed;
        if (changed.right) rehearsal.made(digest, place);
        return E.right({ id, changed: changed.right, position: past.position });
      }),
    );

export const doneOrRehearsed = <C, S, Ev extends { readonly type: string }, F extends ImportFailure>(
  step: Step,
  aggregate: Aggregate<C, S, Ev, F>,
  wanted: Wanted<C>,
): TE.TaskEither<ImportFailure, Imported> => {
  const { streams, context, rehearsal, id } = step;
  if (rehearsal !== null) return rehearsed(step, aggregate, rehearsal)(wanted);
  return pipe(
    transact(streams, aggregate)({ id: wanted.stream, context, ready: wanted.ready }),
    TE.mapLeft((failure: F | ImportFailure | TransactFailure): ImportFailure => failure),
    TE.map(({ changed, position }) => ({ id, changed, position })),
  );
};
