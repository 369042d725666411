import { type Facts, personInProject } from '#libs/authorization';
import type { Basis } from '#libs/event-store';
import { type AccountId, E, notFound, type NotFound, type ProjectId } from '#libs/kernel';
import type { Standing } from '../domain/collaborator.decider.js';

/** A person's place in a project, as a rule about collaborators needs it. */
export const standingIn = (
  facts: Facts,
  projectId: ProjectId,
  accountId: AccountId,
  basis: Basis,
): E.Either<NotFound, { readonly standing: Standing; readonly basis: Basis }> => {
  const project = facts.project(projectId);
  if (project === undefined) return E.left(notFound('project'));
  const { organizationId, isDefault } = project;
  const { membership, row } = personInProject(facts, accountId, projectId, project);
  const externalsWelcome = project.externals.on && facts.organization(organizationId)?.externals.on === true;
  const standing = {
    organizationId,
    projectId,
    accountId,
    isDefault,
    membership: membership && { id: membership.id, role: membership.role },
    row: row && row.role,
    externalsWelcome,
  };
  return E.right({ standing, basis });
};
