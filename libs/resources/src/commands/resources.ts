import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, readFacts, type Refusal, type StreamFacts } from '#libs/authorization';
import { type CommandContext, StreamFolds, transact, type Transacted, type TransactFailure } from '#libs/event-store';
import { type AccountId, type E, notFound, type OrganizationId, pipe, type ProjectId, TE } from '#libs/kernel';
import {
  resource,
  type ResourceCommand,
  type ResourceFailure,
  type ResourceState,
} from '../domain/resource.decider.js';
import { type ResourceId, resourceStream } from '../domain/resource-id.js';

type Failure = ResourceFailure | Refusal | TransactFailure;
type Done = Pick<Transacted<unknown>, 'position' | 'changed'>;
type Answer = E.Either<Failure, Done>;

/** Which resource; `kind` is one of the permission table's. */
export interface ResourceName {
  readonly projectId: ProjectId;
  readonly kind: string;
  readonly id: ResourceId;
}

/** Who asks: a person, whom the matrix judges; or null for whoever has the scope `resources`. */
type By = AccountId | null;

/** RES-01, RES-08: this resource is this project's from now on; or it has another name. */
export class RegisterResource extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: By,
    readonly which: ResourceName,
    /** Undefined leaves the name that is there. */
    readonly name: string | null | undefined,
  ) {
    super();
  }
}

export class RemoveResource extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: By,
    readonly which: ResourceName,
  ) {
    super();
  }
}

type Asked = Pick<RegisterResource, 'context' | 'by' | 'which'>;

const allowed = (
  streams: StreamFolds,
  { by, which, context }: Asked,
  verb: 'create' | 'delete',
): TE.TaskEither<Refusal | TransactFailure, StreamFacts> =>
  by === null
    ? readFacts(streams, { accountIds: [], projectId: which.projectId })
    : authorize(streams, {
        accountId: by,
        action: `${which.kind}:${verb}`,
        place: { type: 'project', id: which.projectId },
        now: context.at,
      });

/** A project's organization never changes: what names the stream may be read before the command is decided. */
const organizationOf = (streams: StreamFolds, { projectId }: ResourceName): TE.TaskEither<Failure, OrganizationId> =>
  pipe(
    readFacts(streams, { accountIds: [], projectId }),
    TE.flatMap(({ facts }) => {
      const organizationId = facts.project(projectId)?.organizationId;
      return organizationId === undefined ? TE.left<Failure>(notFound('project')) : TE.right(organizationId);
    }),
  );

type ToCommand = (organizationId: OrganizationId) => ResourceCommand;

const carryOut = (
  streams: StreamFolds,
  asked: Asked,
  verb: 'create' | 'delete',
  commandIn: ToCommand,
): TE.TaskEither<Failure, Transacted<ResourceState>> =>
  pipe(
    organizationOf(streams, asked.which),
    TE.flatMap((organizationId) =>
      transact(
        streams,
        resource,
      )({
        id: resourceStream(organizationId, asked.which.kind, asked.which.id),
        context: asked.context,
        ready: pipe(
          allowed(streams, asked, verb),
          TE.map(({ basis }) => ({ command: commandIn(organizationId), basis })),
        ),
      }),
    ),
  );

@CommandHandler(RegisterResource)
export class RegisterResourceHandler implements ICommandHandler<RegisterResource> {
  constructor(private readonly streams: StreamFolds) {}

  execute(register: RegisterResource): Promise<Answer> {
    const { which, name } = register;
    const { projectId, kind, id: resourceId } = which;
    return carryOut(this.streams, register, 'create', (organizationId) => {
      return { type: 'RegisterResource', organizationId, projectId, kind, resourceId, name };
    })();
  }
}

@CommandHandler(RemoveResource)
export class RemoveResourceHandler implements ICommandHandler<RemoveResource> {
  constructor(private readonly streams: StreamFolds) {}

  execute(remove: RemoveResource): Promise<Answer> {
    const { projectId } = remove.which;
    return carryOut(this.streams, remove, 'delete', () => ({ type: 'RemoveResource', projectId }))();
  }
}
