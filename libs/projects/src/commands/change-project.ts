import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type Refusal } from '#libs/authorization';
import { type CommandContext, type TransactFailure, StreamFolds, transact, type Transacted } from '#libs/event-store';
import { type AccountId, type E, pipe, type ProjectId, TE, type Visibility } from '#libs/kernel';
import { project, type ProjectCommand, type ProjectFailure, type ProjectSetting } from '../domain/project.decider.js';

type Answer = E.Either<ProjectFailure | Refusal | TransactFailure, Pick<Transacted<unknown>, 'position' | 'changed'>>;

export type ProjectChange =
  | {
      readonly type: 'settings';
      readonly name?: string;
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
  const { visibility, allowExternalCollaborators, name } = change;
  const others = [
    ...(visibility === undefined ? [] : ['project:change-visibility']),
    ...(allowExternalCollaborators === undefined ? [] : ['project:allow-external']),
  ];
  return name === undefined && others.length > 0 ? others : ['project:update', ...others];
};

const settingsOf = (change: Settings, featureOn: boolean): ReadonlyArray<ProjectSetting> => {
  const { name, visibility, allowExternalCollaborators: allow } = change;
  return [
    ...(name === undefined ? [] : [{ type: 'RenameProject' as const, name }]),
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

  execute({ context, by, id, change }: ChangeProject): Promise<Answer> {
    const now = context.at;
    const may = TE.traverseSeqArray((action: string) =>
      authorize(this.streams, { accountId: by, action, place: { type: 'project', id }, now }),
    );
    return transact(
      this.streams,
      project,
    )({
      id,
      context,
      ready: pipe(
        may(actionsOf(change)),
        TE.map((found) => {
          const [facts, basis] = [found.at(-1)?.facts, found.at(-1)?.basis ?? []];
          const organizationId = facts?.project(id)?.organizationId;
          const featureOn = organizationId !== undefined && facts?.organization(organizationId)?.externals.on === true;
          return { command: commandOf(change, featureOn), basis };
        }),
      ),
    })();
  }
}
