import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type Refusal } from '#libs/authorization';
import { type CommandContext, type TransactFailure, StreamFolds, transact, type Transacted } from '#libs/event-store';
import { type AccountId, E, pipe, type ProjectId, TE } from '#libs/kernel';
import { collaborator, type CollaboratorFailure } from '../domain/collaborator.decider.js';
import { standingIn } from './standing-in.js';

type Answer = E.Either<
  CollaboratorFailure | Refusal | TransactFailure,
  Pick<Transacted<unknown>, 'position' | 'changed'>
>;

/** PRM-17, PRM-36, COL-24: a person comes into a project by themself, or goes. */
export class MoveInProject extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly projectId: ProjectId,
    readonly move: 'join' | 'leave',
  ) {
    super();
  }
}

@CommandHandler(MoveInProject)
export class MoveInProjectHandler implements ICommandHandler<MoveInProject> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, by, projectId, move }: MoveInProject): Promise<Answer> {
    const place = { type: 'project' as const, id: projectId };
    const type = move === 'join' ? ('JoinProject' as const) : ('LeaveProject' as const);
    return transact(
      this.streams,
      collaborator,
    )({
      id: `${projectId}.${by}`,
      context,
      ready: pipe(
        authorize(this.streams, { accountId: by, action: `project:${move}`, place, now: context.at }),
        TE.flatMapEither(({ facts, basis }) => standingIn(facts, projectId, by, basis)),
        TE.map(({ standing, basis }) => ({ command: { type, standing }, basis })),
      ),
    })();
  }
}
