import { type Aggregate, type Decision, E, type NotFound, notFound, type Visibility } from '#libs/kernel';
import { type ProjectEvent, projectEvents } from './project.events.js';
import type { Reservation } from './reservation.js';

/** One setting of a project. */
export type ProjectSetting =
  | { readonly type: 'RenameProject'; readonly name: string }
  | { readonly type: 'ChangeSlug'; readonly slug: string }
  | { readonly type: 'ChangeVisibility'; readonly visibility: Visibility }
  | { readonly type: 'AllowExternalCollaborators'; readonly featureOn: boolean }
  | { readonly type: 'DisallowExternalCollaborators' };

export type ProjectCommand =
  | { readonly type: 'CreateProject'; readonly slug: string; readonly reservation: Reservation }
  | ProjectSetting
  /** Several settings at once: all of them or none. */
  | { readonly type: 'ChangeSettings'; readonly settings: ReadonlyArray<ProjectSetting> }
  | { readonly type: 'ArchiveProject' }
  | { readonly type: 'UnarchiveProject' };

export type ProjectFailure =
  | NotFound
  | { readonly _tag: 'DefaultProjectUntouchable' }
  | { readonly _tag: 'FeatureOff'; readonly feature: 'multiProject' | 'externalCollaborators' };

interface Project {
  readonly name: string;
  readonly slug: string;
  readonly visibility: Visibility;
  readonly isDefault: boolean;
  readonly allowExternal: boolean;
  readonly archived: boolean;
}

type State = Project | null;

const born = ({ slug, reservation }: Extract<ProjectCommand, { type: 'CreateProject' }>): ProjectEvent => {
  const { organizationId, name, visibility, createdBy, isDefault } = reservation;
  const data = { organizationId, name, slug, visibility };
  return isDefault ? { type: 'DefaultProjectCreated', data } : { type: 'ProjectCreated', data: { ...data, createdBy } };
};

const decide = (command: ProjectCommand, state: State): Decision<ProjectFailure, ProjectEvent> => {
  // Its id was reserved with its slug: whoever finds it created finds it finished.
  if (command.type === 'CreateProject') return E.right(state === null ? [born(command)] : []);
  if (state === null) return E.left(notFound('project'));
  switch (command.type) {
    case 'ChangeSettings':
      return E.map((decided: ReadonlyArray<ReadonlyArray<ProjectEvent>>) => decided.flat())(
        E.traverseArray((setting: ProjectSetting) => decide(setting, state))(command.settings),
      );
    case 'RenameProject': {
      const { name } = command;
      return E.right(name === state.name ? [] : [{ type: 'ProjectRenamed', data: { name } }]);
    }
    case 'ChangeSlug': {
      const { slug } = command;
      return E.right(slug === state.slug ? [] : [{ type: 'ProjectSlugChanged', data: { slug } }]);
    }
    case 'ChangeVisibility': {
      const { visibility } = command;
      return E.right(
        visibility === state.visibility ? [] : [{ type: 'ProjectVisibilityChanged', data: { visibility } }],
      );
    }
    case 'AllowExternalCollaborators':
      if (state.allowExternal) return E.right([]);
      // The switch works only where the operator has enabled the beta (PRJ-14).
      if (!command.featureOn) return E.left({ _tag: 'FeatureOff', feature: 'externalCollaborators' });
      return E.right([{ type: 'ExternalCollaboratorsAllowed', data: {} }]);
    case 'DisallowExternalCollaborators':
      return E.right(state.allowExternal ? [{ type: 'ExternalCollaboratorsDisallowed', data: {} }] : []);
    case 'ArchiveProject':
      if (state.isDefault) return E.left({ _tag: 'DefaultProjectUntouchable' });
      return E.right(state.archived ? [] : [{ type: 'ProjectArchived', data: {} }]);
    case 'UnarchiveProject':
      if (state.isDefault) return E.left({ _tag: 'DefaultProjectUntouchable' });
      return E.right(state.archived ? [{ type: 'ProjectUnarchived', data: {} }] : []);
  }
};

const evolve = (state: State, event: ProjectEvent): State => {
  switch (event.type) {
    case 'DefaultProjectCreated':
    case 'ProjectCreated': {
      const { name, slug, visibility } = event.data;
      const isDefault = event.type === 'DefaultProjectCreated';
      return { name, slug, visibility, isDefault, allowExternal: false, archived: false };
    }
    case 'ProjectRenamed':
    case 'ProjectSlugChanged':
    case 'ProjectVisibilityChanged':
      return state && { ...state, ...event.data };
    case 'ExternalCollaboratorsAllowed':
    case 'ExternalCollaboratorsDisallowed':
      return state && { ...state, allowExternal: event.type === 'ExternalCollaboratorsAllowed' };
    case 'ProjectArchived':
    case 'ProjectUnarchived':
      return state && { ...state, archived: event.type === 'ProjectArchived' };
  }
};

/** An isolated workspace inside one organization (PRJ-01). */
export const project: Aggregate<ProjectCommand, State, ProjectEvent, ProjectFailure> = {
  category: 'project',
  events: projectEvents,
  initialState: null,
  decide,
  evolve,
};
