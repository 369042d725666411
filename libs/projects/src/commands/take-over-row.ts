import { personInProject, readFacts } from '#libs/authorization';
import {
  type CommandContext,
  commandIdFrom,
  type StreamFolds,
  transact,
  type TransactFailure,
} from '#libs/event-store';
import { type AccountId, pipe, type ProjectId, TE } from '#libs/kernel';
import {
  collaborator,
  type CollaboratorCommand,
  type CollaboratorFailure,
  type Standing,
} from '../domain/collaborator.decider.js';
import { standingIn } from './standing-in.js';

interface Passed {
  readonly projectId: ProjectId;
  readonly from: AccountId;
  readonly to: AccountId;
}

type Step = TE.TaskEither<CollaboratorFailure | TransactFailure, unknown>;

/** DEL-09: the new account of a person gets the row that the old one has, as it is. Nothing where none counts any more. */
export const takeOverRow = (streams: StreamFolds, { projectId, from, to }: Passed, context: CommandContext): Step =>
  pipe(
    readFacts(streams, { accountIds: [from, to], projectId }),
    TE.flatMap(({ facts, basis }): Step => {
      const project = facts.project(projectId);
      const here = project && personInProject(facts, from, projectId, project);
      if (here?.row == null) return TE.right(undefined);
      const { row, membership } = here;
      const step = (accountId: AccountId, what: string, command: (standing: Standing) => CollaboratorCommand): Step =>
        transact(
          streams,
          collaborator,
        )({
          id: `${projectId}.${accountId}`,
          context: { ...context, commandId: commandIdFrom(row.id, what, to) },
          ready: pipe(
            TE.fromEither(standingIn(facts, projectId, accountId, basis)),
            TE.map(({ standing }) => ({ command: command(standing), basis })),
          ),
        });
      const taken = step(to, 'taken over', (standing) => ({ type: 'TakeOverRow', standing, role: row.role }));
      // A member's old row ends with the membership that is passed on; an external's has nothing to end with.
      return membership !== null
        ? taken
        : pipe(
            taken,
            TE.flatMap(() => step(from, 'passed on', (standing) => ({ type: 'RemoveCollaborator', standing }))),
          );
    }),
  );
