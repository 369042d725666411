import { personInProject, readFacts } from '#libs/authorization';
import {
  type CommandContext,
  commandIdFrom,
  type StreamFolds,
  transact,
  type TransactFailure,
} from '#libs/event-store';
import { type AccountId, pipe, type ProjectId, TE } from '#libs/kernel';
import { collaborator, type CollaboratorFailure } from '../domain/collaborator.decider.js';
import { standingIn } from './standing-in.js';

/** DEL-09: the new account of a person gets the row that the old one has, as it is. Nothing where none counts any more. */
export const takeOverRow = (
  streams: StreamFolds,
  { projectId, from, to }: { readonly projectId: ProjectId; readonly from: AccountId; readonly to: AccountId },
  context: CommandContext,
): TE.TaskEither<CollaboratorFailure | TransactFailure, unknown> =>
  pipe(
    readFacts(streams, { accountIds: [from, to], projectId }),
    TE.flatMap(({ facts, basis }): TE.TaskEither<CollaboratorFailure | TransactFailure, unknown> => {
      const project = facts.project(projectId);
      const row = project && personInProject(facts, from, projectId, project).row;
      if (row == null) return TE.right(undefined);
      return transact(
        streams,
        collaborator,
      )({
        id: `${projectId}.${to}`,
        context: { ...context, commandId: commandIdFrom(row.id, 'taken over', to) },
        ready: pipe(
          TE.fromEither(standingIn(facts, projectId, to, basis)),
          TE.map(({ standing }) => ({
            command: { type: 'TakeOverRow' as const, standing, role: row.role },
            basis,
          })),
        ),
      });
    }),
  );
