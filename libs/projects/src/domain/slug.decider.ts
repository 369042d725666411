import { type AccountId, type Aggregate, E, type OrganizationId, type ProjectId, type Visibility } from '#libs/kernel';
import { type SlugEvent, slugEvents } from './project.events.js';

/** All that is needed to create a project, or to finish creating it. */
export interface Reservation {
  readonly projectId: ProjectId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly visibility: Visibility;
  readonly createdBy: AccountId;
  readonly isDefault: boolean;
}

export interface ReserveSlug {
  readonly type: 'ReserveSlug';
  readonly reservation: Reservation;
}

export interface SlugTaken {
  readonly _tag: 'SlugTaken';
}

/** A slug, held by at most one project and never passed on to another (PRJ-17, PRJ-18). */
export const slug: Aggregate<ReserveSlug, Reservation | null, SlugEvent, SlugTaken> = {
  category: 'slug',
  events: slugEvents,
  initialState: null,
  decide: ({ reservation }, held) => {
    if (held === null) return E.right([{ type: 'SlugReserved', data: reservation }]);
    return held.projectId === reservation.projectId ? E.right([]) : E.left({ _tag: 'SlugTaken' });
  },
  evolve: (_, { data }) => data,
};

/** A slug is `[a-z0-9][a-z0-9-]{1,62}`: lower-case letters and digits of the name, dashes for the rest. */
export const slugFrom = (name: string): string => {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-+|-+$/gu, '')
    .slice(0, 48)
    .replace(/-+$/u, '');
  return plain.length >= 2 ? plain : `project-${plain}`.replace(/-$/u, '');
};
