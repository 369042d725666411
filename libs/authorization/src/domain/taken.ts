import type { Cite, CurrentMembership, Facts, ProjectFact } from './facts.js';
import { latest, type PersonInProject } from './standing.js';

/**
 * What took a permission from a member, for the evidence of a deny: the last event that did. Nothing, where none did, or
 * where the facts do not say for certain that one did.
 */

const isAfter = (cite: Cite | null, { position }: Cite): boolean => cite !== null && cite.position > position;

/** From being an admin of the organization: nobody is a member by a change of role but by that. */
const demotion = ({ role, changed }: CurrentMembership): Cite | null => (role === 'member' ? changed : null);

/** Since when they have had the role they have. */
const roleSince = ({ since, changed }: CurrentMembership): Cite => changed ?? since;

/** Did an admin without a row have a place here then? As far as it can be known now (PRJ-21). */
const wasOpenToAdmins = (facts: Facts, project: ProjectFact, then: Cite): boolean => {
  const { isDefault, visibility, visibilityChanged, created, organizationId } = project;
  const requireJoin = facts.organization(organizationId)?.requireJoin;
  if (isAfter(created, then)) return false;
  if (isDefault || requireJoin === undefined) return true;
  if (visibility === 'open' && !isAfter(visibilityChanged, then)) return true;
  return !requireJoin.on && !isAfter(requireJoin.cite, then);
};

/** Their place in the project: who was an admin, lost it with that, or has had to join since. */
export const placeTaken = (facts: Facts, project: ProjectFact, here: PersonInProject): Cite | null => {
  const { membership, mustJoin, lost } = here;
  if (membership === null) return lost;
  if (mustJoin !== null) {
    const demands = facts.organization(project.organizationId)?.requireJoin.cite ?? null;
    const had = [demands, project.shut].filter(
      (cite) => isAfter(cite, roleSince(mustJoin)) && isAfter(cite, project.created),
    );
    return latest([lost, ...had]);
  }
  const demoted = demotion(membership);
  return latest([lost, demoted !== null && wasOpenToAdmins(facts, project, demoted) ? demoted : null]);
};

/** What takes a project admin: by a demotion in the project, or in the organization while that gave them the project. */
export const roleTaken = (facts: Facts, project: ProjectFact, { membership, row }: PersonInProject): Cite | null => {
  const inProject = row?.role === 'member' ? row.changed : null;
  const demoted = membership && demotion(membership);
  if (demoted === null) return inProject;
  const hadPlace = (row !== null && isAfter(demoted, row.granted)) || wasOpenToAdmins(facts, project, demoted);
  return latest([inProject, hadPlace ? demoted : null]);
};

/** Joining by themselves: what was open to every member, or to them as an admin (PRM-17). */
export const joiningTaken = (project: ProjectFact, membership: CurrentMembership): Cite | null => {
  const demoted = demotion(membership);
  return latest([
    isAfter(project.shut, membership.since) ? project.shut : null,
    isAfter(demoted, project.created) ? demoted : null,
  ]);
};

/** What only admins of the organization may, or only its owner. */
export const roleInOrganizationTaken = (membership: CurrentMembership, ownerOnly: boolean): Cite | null =>
  ownerOnly ? membership.gaveUp : demotion(membership);
