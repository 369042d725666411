import {
  AddCollaboratorHandler,
  ChangeCollaboratorRoleHandler,
  RemoveCollaboratorHandler,
} from './commands/change-collaborator.js';
import { ChangeProjectHandler } from './commands/change-project.js';
import { CreateProjectHandler } from './commands/create-project.js';
import { MoveInProjectHandler } from './commands/move-in-project.js';

export {
  AddCollaborator,
  AddCollaboratorHandler,
  ChangeCollaboratorRole,
  ChangeCollaboratorRoleHandler,
  RemoveCollaborator,
  RemoveCollaboratorHandler,
} from './commands/change-collaborator.js';
export { ChangeProject, ChangeProjectHandler, type ProjectChange } from './commands/change-project.js';
export { CreateProject } from './commands/create-project.js';
export { MoveInProject, MoveInProjectHandler } from './commands/move-in-project.js';
export { recordRowEnded } from './commands/record-row-ended.js';
export { takeOverRow } from './commands/take-over-row.js';
export { establishDefaultProject } from './commands/establish-project.js';
export { finishProject } from './commands/finish.js';
export type { CollaboratorFailure } from './domain/collaborator.decider.js';
export type { ProjectFailure } from './domain/project.decider.js';
export type { SlugTaken } from './domain/slug.decider.js';
export type { ProjectDocument } from './projections/projects.js';
export { type CollaboratorDocument, Collaborators } from './queries/collaborators.js';
export { EndedRows } from './queries/ended-rows.js';
export { Projects } from './queries/projects.js';
export { UnfinishedProjects } from './queries/unfinished.js';

export const projectHandlers = [
  CreateProjectHandler,
  ChangeProjectHandler,
  AddCollaboratorHandler,
  ChangeCollaboratorRoleHandler,
  RemoveCollaboratorHandler,
  MoveInProjectHandler,
];
