import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { readFacts } from '#libs/authorization';
import {
  type CommandContext,
  derivedId,
  foldOfAggregate,
  type Position,
  ready,
  type TransactFailure,
  StreamFolds,
  transact,
} from '#libs/event-store';
import { type AccountId, E, type Forbidden, type OrganizationId, pipe, TE } from '#libs/kernel';
import { type CollaboratorFailure, establishDefaultProject, type ProjectFailure, type SlugTaken } from '#libs/projects';
import { homeOf, membership, type MembershipCommand, type MembershipFailure } from '../domain/membership.decider.js';
import type { Founding } from '../domain/founding.js';
import { organization, type OrganizationFailure } from '../domain/organization.decider.js';

type Failure =
  | MembershipFailure
  | OrganizationFailure
  | ProjectFailure
  | CollaboratorFailure
  | SlugTaken
  | Forbidden
  | TransactFailure;

export interface OrganizationMade {
  readonly id: OrganizationId;
  readonly position: Position;
}

/** ORG-01…03: whoever has no home organization may found one, and owns it. */
export class CreateOrganization extends Command<E.Either<Failure, OrganizationMade>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly name: string,
  ) {
    super();
  }
}

/**
 * Spans four streams: the founder's membership is the reservation and carries all that was asked; then the default
 * project with its slug, and last the organization, so that whoever sees it sees it whole (ORG-02).
 */
@CommandHandler(CreateOrganization)
export class CreateOrganizationHandler implements ICommandHandler<CreateOrganization> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, by, name }: CreateOrganization): Promise<E.Either<Failure, OrganizationMade>> {
    const founding: Founding = {
      organizationId: derivedId(context.commandId, 'org'),
      organizationName: name,
      defaultProjectId: derivedId(context.commandId, 'proj'),
    };
    return pipe(
      transact(
        this.streams,
        membership,
      )({
        id: by,
        context,
        ready: this.mayFound(by, { type: 'FoundOrganization', founding }),
      }),
      TE.flatMap(() => finishFounding(this.streams, by, founding, context)),
      TE.orElse((failure) =>
        failure._tag === 'MemberElsewhere' ? this.finishLeftover(by, context, failure) : TE.left<Failure>(failure),
      ),
    )();
  }

  private mayFound(by: AccountId, command: MembershipCommand) {
    return pipe(
      readFacts(this.streams, { accountIds: [by] }),
      TE.flatMapEither(({ facts, basis }) =>
        facts.account(by)?.status === 'active'
          ? E.right({ command, basis })
          : E.left<Failure>({ _tag: 'Forbidden', action: 'organization:create' }),
      ),
    );
  }

  /** The home that stands in the way may be one whose founding a crash cut short: it is finished first. */
  private finishLeftover(
    by: AccountId,
    context: CommandContext,
    refusal: Failure,
  ): TE.TaskEither<Failure, OrganizationMade> {
    return pipe(
      this.streams.load(foldOfAggregate(membership), by),
      TE.flatMap(({ state }) => {
        const founding = homeOf(state)?.founding ?? null;
        return founding === null
          ? TE.right<Failure, unknown>(undefined)
          : finishFounding(this.streams, by, founding, { ...context, actor: { type: 'system' } });
      }),
      TE.flatMap(() => TE.left(refusal)),
    );
  }
}

/** Each step happens at most once, whoever makes it. */
export const finishFounding = (
  streams: StreamFolds,
  ownerId: AccountId,
  founding: Founding,
  context: CommandContext,
): TE.TaskEither<Failure, OrganizationMade> => {
  const { organizationId: id, organizationName: name, defaultProjectId } = founding;
  return pipe(
    establishDefaultProject(streams, { organizationId: id, projectId: defaultProjectId, ownerId }, context),
    TE.flatMap(() =>
      transact(
        streams,
        organization,
      )({
        id,
        context,
        ready: ready({ type: 'CreateOrganization' as const, name, ownerId, defaultProjectId }),
      }),
    ),
    TE.map(({ position }) => ({ id, position })),
  );
};
