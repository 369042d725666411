import type { World } from '#libs/authorization/testing';
import type { AnyCited } from '../explanation/cited.js';
import type { Called } from '../explanation/names.js';

/** What happened in a world, each by the operator where nobody else is said to have done it. */
export const eventsOf = ({ log }: Pick<World, 'log'>): ReadonlyArray<AnyCited> =>
  log.map(({ id, position, at, by, event }) => ({
    id,
    position,
    at,
    actor: by === null ? { type: 'operator' } : { type: 'user', id: by },
    via: null,
    event,
  }));

/** Everybody is called as their id says. */
export const calledByName = (id: string): Called => ({
  name: id.slice(id.indexOf('_') + 1),
  email: null,
  erased: false,
});
