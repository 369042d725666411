import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorizeAll, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  foldOfAggregate,
  type Ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type AccountId, type E, pipe, type ProjectId, TE, type Visibility } from '#libs/kernel';
import { project, type ProjectCommand, type ProjectFailure, type ProjectSetting } from '../domain/project.decider.js';
import { slug as slugAggregate, type SlugTaken } from '../domain/slug.decider.js';

type Failure = ProjectFailure | SlugTaken | Refusal | TransactFailure;
type Answer = E.Either<Failure, Pick<Transacted<unknown>, 'position' | 'changed'>>;

export type ProjectChange =
  | {
      readonly type: 'settings';
      readonly name?: string;
      readonly slug?: string;
      readonly visibility?: Visibility;
      readonly allowExternalCollaborators?: boolean;
    }
  | { readonly type: 'archive'; readonly archived: boolean };

/** PRM-21…25: settings of a project, all of them or none. */
export class ChangeProject extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly id: ProjectId,
    readonly change: ProjectChange,
  ) {
    super();
  }
}

type Settings = Extract<ProjectChange, { type: 'settings' }>;

/** Each setting asks for an action of its own; asking for nothing asks for the plainest. */
const actionsOf = (change: ProjectChange): ReadonlyArray<string> => {
  if (change.type === 'archive') return ['project:update'];
  const { slug, visibility, allowExternalCollaborators, name } = change;
  const others = [
    ...(slug === undefined ? [] : ['project:change-slug']),
    ...(visibility === undefined ? [] : ['project:change-visibility']),
    ...(allowExternalCollaborators === undefined ? [] : ['project:allow-external']),
  ];
  return name === undefined && others.length > 0 ? others : ['project:update', ...others];
};

const settingsOf = (change: Settings, featureOn: boolean): ReadonlyArray<ProjectSetting> => {
  const { name, slug, visibility, allowExternalCollaborators: allow } = change;
  return [
    ...(name === undefined ? [] : [{ type: 'RenameProject' as const, name }]),
    ...(slug === undefined ? [] : [{ type: 'ChangeSlug' as const, slug }]),
    ...(visibility === undefined ? [] : [{ type: 'ChangeVisibility' as const, visibility }]),
    ...(allow === true ? [{ type: 'AllowExternalCollaborators' as const, featureOn }] : []),
    ...(allow === false ? [{ type: 'DisallowExternalCollaborators' as const }] : []),
  ];
};

const commandOf = (change: ProjectChange, featureOn: boolean): ProjectCommand =>
  change.type === 'settings'
    ? { type: 'ChangeSettings', settings: settingsOf(change, featureOn) }
    : { type: change.archived ? 'ArchiveProject' : 'UnarchiveProject' };

@CommandHandler(ChangeProject)
export class ChangeProjectHandler implements ICommandHandler<ChangeProject> {
  constructor(private readonly streams: StreamFolds) {}

  execute(command: ChangeProject): Promise<Answer> {
    const { context, id, change } = command;
    const ready = this.ready(command);
    const slug = change.type === 'settings' ? change.slug : undefined;
    const changed = transact(this.streams, project)({ id, context, ready });
    if (slug === undefined) return changed();
    return pipe(
      this.claim(command, slug, ready),
      TE.flatMap(() => changed),
    )();
  }

  private ready({ context, by, id, change }: ChangeProject): TE.TaskEither<Failure, Ready<ProjectCommand>> {
    const wish = { accountId: by, place: { type: 'project' as const, id }, now: context.at };
    return pipe(
      authorizeAll(this.streams, actionsOf(change), wish),
      TE.map(({ facts, basis }) => {
        const organizationId = facts.project(id)?.organizationId;
        const featureOn = organizationId !== undefined && facts.organization(organizationId)?.externals.on === true;
        return { command: commandOf(change, featureOn), basis };
      }),
    );
  }

  /**
   * PRJ-17, PRJ-18: the slug is the project's before the project says so, and stays its own when it has another. It is
   * claimed only where the whole change would be made: what a project once held, no other gets.
   */
  private claim(
    { context, id }: ChangeProject,
    slug: string,
    ready: TE.TaskEither<Failure, Ready<ProjectCommand>>,
  ): TE.TaskEither<Failure, unknown> {
    const { unchangedSince, ...unconditionally } = context;
    return pipe(
      this.streams.load(foldOfAggregate(project), id),
      TE.flatMap(({ state, position }) =>
        pipe(
          ready,
          TE.flatMapEither(({ command }) => project.decide(command, state)),
          TE.flatMap((): TE.TaskEither<Failure, unknown> =>
            unchangedSince?.(position) === false ? TE.left({ _tag: 'StaleRevision' }) : TE.right(undefined),
          ),
        ),
      ),
      TE.flatMap(() =>
        transact(
          this.streams,
          slugAggregate,
        )({
          id: slug,
          context: unconditionally,
          ready: TE.right({ command: { type: 'ClaimSlug' as const, projectId: id }, basis: [] }),
        }),
      ),
    );
  }
}
