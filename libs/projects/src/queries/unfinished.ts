import { membershipEvents } from '#libs/organizations/events';
import { follow, TodoList } from '#libs/read-models';
import { collaboratorEvents } from '../domain/collaborator.events.js';
import { projectEvents, slugEvents } from '../domain/project.events.js';
import type { Reservation } from '../domain/reservation.js';

export interface UnfinishedProject {
  readonly slug: string;
  readonly reservation: Reservation;
}

/** Slugs that were reserved for projects which have yet to be made, or whose creator has yet to get a row (PRJ-12). */
export class UnfinishedProjects extends TodoList<UnfinishedProject> {
  readonly follows = [
    follow({ category: 'slug', events: slugEvents }, ({ id: slug, event }) => {
      if (event.type === 'SlugReserved') this.add(event.data.projectId, { slug, reservation: event.data });
    }),
    follow({ category: 'project', events: projectEvents }, ({ id, event }) => {
      if (event.type === 'DefaultProjectCreated') this.remove(id);
    }),
    follow({ category: 'collaborator', events: collaboratorEvents }, ({ event }) => {
      const { projectId, accountId } = event.data;
      if (this.get(projectId)?.reservation.createdBy === accountId) this.remove(projectId);
    }),
    // Who has left gets no row any more, and least of all when they come back.
    follow({ category: 'membership', events: membershipEvents }, ({ id: accountId, event }) => {
      if (event.type !== 'MemberRemoved' && event.type !== 'MembershipPassedOn') return;
      for (const [projectId, { reservation }] of this.due())
        if (reservation.createdBy === accountId) this.remove(projectId);
    }),
  ];
}
