import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  type Ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type AccountId, E, pipe, type ProjectId, type Role, TE } from '#libs/kernel';
import {
  collaborator,
  type CollaboratorCommand,
  type CollaboratorFailure,
  type Standing,
} from '../domain/collaborator.decider.js';
import { standingIn } from './standing-in.js';

type Failure = CollaboratorFailure | Refusal | TransactFailure;
type Answer = E.Either<Failure, Pick<Transacted<unknown>, 'position' | 'changed'>>;

/** COL-02…06, COL-16…18: a person, found by their email, gets a row at once, without being asked. */
export class AddCollaborator extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly projectId: ProjectId,
    /** null: nobody of that address. Refused like everybody who can't be added, and only if the caller may add at all. */
    readonly accountId: AccountId | null,
  ) {
    super();
  }
}

/** COL-08…10, AMB-05, AMB-07. */
export class ChangeCollaboratorRole extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly projectId: ProjectId,
    readonly accountId: AccountId,
    readonly role: Role,
  ) {
    super();
  }
}

/** COL-10…14: the row goes, every kind of access with it; the keys they made stay. */
export class RemoveCollaborator extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly projectId: ProjectId,
    readonly accountId: AccountId,
  ) {
    super();
  }
}

interface Wanted {
  readonly context: CommandContext;
  readonly by: AccountId;
  readonly projectId: ProjectId;
  readonly accountId: AccountId;
}

/** May the caller, and where does the person stand? Both read from the same streams at once. */
const ready = (
  streams: StreamFolds,
  { context, by, projectId, accountId }: Wanted,
  action: string,
  command: (standing: Standing, isActive: boolean) => E.Either<Failure, CollaboratorCommand>,
): TE.TaskEither<Failure, Ready<CollaboratorCommand>> =>
  pipe(
    authorize(streams, {
      accountId: by,
      action,
      place: { type: 'project', id: projectId },
      alsoAbout: [accountId],
      now: context.at,
    }),
    TE.flatMapEither(({ facts, basis }) =>
      pipe(
        standingIn(facts, projectId, accountId, basis),
        E.flatMap(({ standing }) => command(standing, facts.account(accountId)?.status === 'active')),
        E.map((decided) => ({ command: decided, basis })),
      ),
    ),
  );

const rowId = ({ projectId, accountId }: Wanted) => `${projectId}.${accountId}`;

@CommandHandler(AddCollaborator)
export class AddCollaboratorHandler implements ICommandHandler<AddCollaborator> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, by, projectId, accountId }: AddCollaborator): Promise<Answer> {
    const noSuchPerson = E.left<Failure>({ _tag: 'NoSuchPerson' });
    if (accountId === null)
      return pipe(
        authorize(this.streams, {
          accountId: by,
          action: 'collaborator:add',
          place: { type: 'project', id: projectId },
          now: context.at,
        }),
        TE.flatMapEither(() => noSuchPerson),
      )();
    const wanted = { context, by, projectId, accountId };
    return transact(
      this.streams,
      collaborator,
    )({
      id: rowId(wanted),
      context,
      ready: ready(this.streams, wanted, 'collaborator:add', (standing, isActive) =>
        // AMB-29: a blocked or deleted person is nobody.
        isActive ? E.right({ type: 'AddCollaborator', standing }) : noSuchPerson,
      ),
    })();
  }
}

@CommandHandler(ChangeCollaboratorRole)
export class ChangeCollaboratorRoleHandler implements ICommandHandler<ChangeCollaboratorRole> {
  constructor(private readonly streams: StreamFolds) {}

  execute(change: ChangeCollaboratorRole): Promise<Answer> {
    return transact(
      this.streams,
      collaborator,
    )({
      id: rowId(change),
      context: change.context,
      ready: ready(this.streams, change, 'collaborator:update-role', (standing) =>
        E.right({ type: 'ChangeCollaboratorRole', standing, role: change.role }),
      ),
    })();
  }
}

@CommandHandler(RemoveCollaborator)
export class RemoveCollaboratorHandler implements ICommandHandler<RemoveCollaborator> {
  constructor(private readonly streams: StreamFolds) {}

  execute(removal: RemoveCollaborator): Promise<Answer> {
    return transact(
      this.streams,
      collaborator,
    )({
      id: rowId(removal),
      context: removal.context,
      ready: ready(this.streams, removal, 'collaborator:remove', (standing) =>
        E.right({ type: 'RemoveCollaborator', standing }),
      ),
    })();
  }
}
