import { hash } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  derivedId,
  type Position,
  type Ready,
  type TransactFailure,
  StreamFolds,
} from '#libs/event-store';
import { type AccountId, E, type OrganizationId, pipe, type ProjectId, TE, type Visibility } from '#libs/kernel';
import type { CollaboratorFailure } from '../domain/collaborator.decider.js';
import type { ProjectFailure } from '../domain/project.decider.js';
import type { Reservation } from '../domain/reservation.js';
import { type ReserveSlug, slugFrom, type SlugTaken } from '../domain/slug.decider.js';
import { establishProject, reserveSlug } from './establish-project.js';

type Failure = ProjectFailure | CollaboratorFailure | SlugTaken | Refusal | TransactFailure;

export interface ProjectMade {
  readonly id: ProjectId;
  readonly position: Position;
}

/** PRJ-10…12: an admin of an organization that may have more than one project; whoever creates it is its admin. */
export class CreateProject extends Command<E.Either<Failure, ProjectMade>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly organizationId: OrganizationId,
    readonly wanted: { readonly name: string; readonly slug?: string | undefined; readonly visibility: Visibility },
  ) {
    super();
  }
}

@CommandHandler(CreateProject)
export class CreateProjectHandler implements ICommandHandler<CreateProject> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, by, organizationId, wanted }: CreateProject): Promise<E.Either<Failure, ProjectMade>> {
    const { name, visibility } = wanted;
    const projectId = derivedId(context.commandId, 'proj');
    const reservation: Reservation = { projectId, organizationId, name, visibility, createdBy: by, isDefault: false };
    const ready = this.mayCreate(by, reservation, context);
    const reserve = (slug: string) => reserveSlug(this.streams, slug, { context, ready });
    const plain = slugFrom(name);
    const reserved =
      wanted.slug === undefined
        ? pipe(
            reserve(plain),
            // Nobody asked for this very slug, so another will do.
            TE.orElse((failure) =>
              failure._tag === 'SlugTaken'
                ? reserve(`${plain}-${hash('sha256', projectId, 'hex').slice(0, 10)}`)
                : TE.left<Failure>(failure),
            ),
          )
        : reserve(wanted.slug);
    return pipe(
      reserved,
      TE.flatMap((slug) => establishProject(this.streams, slug, reservation, context)),
      TE.map((position) => ({ id: projectId, position })),
    )();
  }

  private mayCreate(
    by: AccountId,
    reservation: Reservation,
    context: CommandContext,
  ): TE.TaskEither<Failure, Ready<ReserveSlug>> {
    const { organizationId } = reservation;
    return pipe(
      authorize(this.streams, {
        accountId: by,
        action: 'project:create',
        place: { type: 'organization', id: organizationId },
        now: context.at,
      }),
      TE.flatMapEither(({ facts, basis }) =>
        facts.organization(organizationId)?.multiProject === true
          ? E.right({ command: { type: 'ReserveSlug' as const, reservation }, basis })
          : E.left<Failure>({ _tag: 'FeatureOff', feature: 'multiProject' }),
      ),
    );
  }
}
