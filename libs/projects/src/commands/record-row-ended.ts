import { endedRow, readFacts } from '#libs/authorization';
import {
  type Position,
  type StoreFailure,
  type StreamFolds,
  systemContext,
  transact,
  type TransactFailure,
} from '#libs/event-store';
import { E, pipe, TE } from '#libs/kernel';
import { collaborator, type CollaboratorFailure } from '../domain/collaborator.decider.js';
import type { EndedRow } from '../queries/ended-rows.js';

/** The row is not the one that was meant, or goes on. */
interface RowGoesOn {
  readonly _tag: 'RowGoesOn';
  readonly position: Position;
}

/** ORG-18: what a membership's end did to a row, recorded in the row's own stream; once, and never of a newer row. */
export const recordRowEnded = (
  streams: StreamFolds,
  { organizationId, projectId, accountId, row, endedBy }: EndedRow,
): TE.TaskEither<CollaboratorFailure | TransactFailure, { readonly position: Position }> => {
  const command = { type: 'RecordRowEnded' as const, place: { organizationId, projectId, accountId }, endedBy };
  const stillThere: TE.TaskEither<
    RowGoesOn | StoreFailure,
    { command: typeof command; basis: Array<[`${string}-${string}`, number]> }
  > = pipe(
    readFacts(streams, { accountIds: [accountId], projectId }),
    TE.flatMapEither(({ facts, basis, position }) =>
      endedRow(facts, projectId, accountId)?.id === row
        ? E.right({ command, basis })
        : E.left<RowGoesOn>({ _tag: 'RowGoesOn', position }),
    ),
  );
  return pipe(
    transact(
      streams,
      collaborator,
    )({
      id: `${projectId}.${accountId}`,
      context: systemContext('row ended', row, endedBy),
      ready: stillThere,
    }),
    TE.map(({ position }) => ({ position })),
    TE.orElse((failure) =>
      failure._tag === 'RowGoesOn' ? TE.right({ position: failure.position }) : TE.left(failure),
    ),
  );
};
