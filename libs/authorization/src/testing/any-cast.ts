import { countingRow } from '../domain/standing.js';
import { accountId, homeOf, organizationId, projectId } from './names.js';
import type { World } from './world.js';

/** dot is nobody until somebody's account is transferred to a new email: then she is the new account. */
export const people = ['ann', 'zoe', 'bob', 'cat', 'dot'] as const;
export const organizations = ['acme', 'zeta'] as const;
export const projects = ['acmeHome', 'site', 'lab'] as const;
export const keys = ['ci', 'cd', 'ce', 'cf'] as const;

/** Where the people of a random world stand, as its deciders would ask. */
export const homeIn = (w: World, person: string) => w.live.membership(accountId(person))?.current ?? null;
export const memberOf = (w: World, person: string, organization: string) => {
  const home = homeIn(w, person);
  return home?.organizationId === organizationId(organization) ? home : null;
};
export const homeOfPerson = (w: World, person: string) =>
  organizations.find((name) => memberOf(w, person, name) !== null);
export const rowIn = (w: World, project: string, person: string) => {
  const fact = w.live.collaborator(projectId(project), accountId(person));
  return {
    any: fact?.row ?? null,
    counting: fact === undefined ? null : countingRow(fact, w.live.membership(accountId(person))),
  };
};
export const isHome = (project: string) => project === homeOf('acme');
