import { type Aggregate, E, type ProjectId } from '#libs/kernel';
import { type SlugEvent, slugEvents } from './project.events.js';
import type { Reservation } from './reservation.js';

export interface ReserveSlug {
  readonly type: 'ReserveSlug';
  readonly reservation: Reservation;
}

export interface ClaimSlug {
  readonly type: 'ClaimSlug';
  readonly projectId: ProjectId;
}

/** Whose slug it is: a project's that is being made, with all that it takes, or one's that was there before. */
export type SlugHolder = Reservation | { readonly projectId: ProjectId };

export interface SlugTaken {
  readonly _tag: 'SlugTaken';
}

/** A slug, held by at most one project and never passed on to another (PRJ-17, PRJ-18). */
export const slug: Aggregate<ReserveSlug | ClaimSlug, SlugHolder | null, SlugEvent, SlugTaken> = {
  category: 'slug',
  events: slugEvents,
  initialState: null,
  decide: (command, held) => {
    const projectId = command.type === 'ReserveSlug' ? command.reservation.projectId : command.projectId;
    // A project may take its own old one back, another never.
    if (held !== null) return held.projectId === projectId ? E.right([]) : E.left({ _tag: 'SlugTaken' });
    return E.right([
      command.type === 'ReserveSlug'
        ? { type: 'SlugReserved', data: command.reservation }
        : { type: 'SlugClaimed', data: { projectId } },
    ]);
  },
  evolve: (_, { data }) => data,
};

/** A slug is `[a-z0-9][a-z0-9-]{1,62}`: lower-case letters and digits of the name, dashes for the rest. */
export const slugFrom = (name: string): string => {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-+|-+$/gu, '')
    .slice(0, 48)
    .replace(/-+$/u, '');
  return plain.length >= 2 ? plain : `project-${plain}`.replace(/-$/u, '');
};
