import { type Position, type StreamFolds, systemContext, type TransactFailure } from '#libs/event-store';
import { pipe, TE } from '#libs/kernel';
import type { CollaboratorFailure } from '../domain/collaborator.decider.js';
import type { ProjectFailure } from '../domain/project.decider.js';
import type { UnfinishedProject } from '../queries/unfinished.js';
import { establishProject } from './establish-project.js';

export const finishProject = (
  streams: StreamFolds,
  { slug, reservation }: UnfinishedProject,
): TE.TaskEither<ProjectFailure | CollaboratorFailure | TransactFailure, { readonly position: Position }> =>
  pipe(
    establishProject(streams, slug, reservation, systemContext('project', reservation.projectId)),
    TE.map((position) => ({ position })),
  );
