import { hash } from 'node:crypto';
import { readFacts } from '#libs/authorization';
import {
  type CommandContext,
  foldOfAggregate,
  type Position,
  type Ready,
  ready as unconditionally,
  type TransactFailure,
  type StreamFolds,
  transact,
} from '#libs/event-store';
import { type AccountId, type OrganizationId, pipe, type ProjectId, TE } from '#libs/kernel';
import { collaborator, type CollaboratorFailure } from '../domain/collaborator.decider.js';
import { project, type ProjectFailure } from '../domain/project.decider.js';
import type { Reservation } from '../domain/reservation.js';
import { type ReserveSlug, slug, type SlugTaken } from '../domain/slug.decider.js';
import { standingIn } from './standing-in.js';

type Failure = ProjectFailure | CollaboratorFailure | TransactFailure;

/**
 * The first step of making a project: its slug, which carries all that was asked. A slug that stands in the way may
 * belong to a project whose making a crash cut short: that one is finished, and the slug is its own.
 */
export const reserveSlug = <R>(
  streams: StreamFolds,
  name: string,
  step: { readonly context: CommandContext; readonly ready: TE.TaskEither<R, Ready<ReserveSlug>> },
): TE.TaskEither<R | SlugTaken | Failure, string> =>
  pipe(
    transact(streams, slug)({ id: name, ...step }),
    TE.map(() => name),
    TE.orElse((failure): TE.TaskEither<R | SlugTaken | Failure, string> =>
      isTaken(failure)
        ? pipe(
            streams.load(foldOfAggregate(slug), name),
            TE.flatMap(({ state }): TE.TaskEither<Failure, unknown> =>
              state === null || !('organizationId' in state)
                ? TE.right(undefined)
                : establishProject(streams, name, state, { ...step.context, actor: { type: 'system' } }),
            ),
            TE.flatMap(() => TE.left<R | SlugTaken | Failure>(failure)),
          )
        : TE.left(failure),
    ),
  );

const isTaken = (failure: unknown): failure is SlugTaken =>
  (failure as { readonly _tag?: unknown } | null)?._tag === 'SlugTaken';

/** The project, and its creator's row. Each step is done at most once, whoever finishes it. */
export const establishProject = (
  streams: StreamFolds,
  slugName: string,
  reservation: Reservation,
  context: CommandContext,
): TE.TaskEither<Failure, Position> => {
  const { projectId: id, createdBy, isDefault } = reservation;
  const made = transact(
    streams,
    project,
  )({
    id,
    context,
    ready: unconditionally({ type: 'CreateProject' as const, slug: slugName, reservation }),
  });
  return isDefault
    ? pipe(
        made,
        TE.map(({ position }) => position),
      )
    : pipe(
        made,
        TE.flatMap(() => creatorsRow(streams, createdBy, id, context)),
      );
};

const creatorsRow = (streams: StreamFolds, accountId: AccountId, projectId: ProjectId, context: CommandContext) =>
  pipe(
    transact(
      streams,
      collaborator,
    )({
      id: `${projectId}.${accountId}`,
      context,
      ready: pipe(
        readFacts(streams, { accountIds: [accountId], projectId }),
        TE.flatMapEither(({ facts, basis }) => standingIn(facts, projectId, accountId, basis)),
        TE.map(({ standing, basis }) => ({ command: { type: 'FoundProject' as const, standing }, basis })),
      ),
    }),
    TE.map(({ position }) => position),
  );

/** The default project that every organization has from birth (PRJ-04): private to look at, open to its members. */
export const establishDefaultProject = (
  streams: StreamFolds,
  born: { readonly organizationId: OrganizationId; readonly projectId: ProjectId; readonly ownerId: AccountId },
  context: CommandContext,
): TE.TaskEither<Failure | SlugTaken, Position> => {
  const { organizationId, projectId, ownerId } = born;
  const reservation: Reservation = {
    projectId,
    organizationId,
    name: 'Default project',
    visibility: 'private',
    createdBy: ownerId,
    isDefault: true,
  };
  return pipe(
    reserveSlug(streams, `default-${hash('sha256', projectId, 'hex').slice(0, 16)}`, {
      context,
      ready: unconditionally({ type: 'ReserveSlug' as const, reservation }),
    }),
    TE.flatMap((slugName) => establishProject(streams, slugName, reservation, context)),
  );
};
