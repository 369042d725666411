import { LRUCache } from 'lru-cache';
import { type EventStore, streamOf, StoreFailed } from '#libs/event-store';
import { E, OrganizationId, type ProjectId } from '#libs/kernel';
import type { TrailEvent } from './trail-event.js';

/** Of how many projects it is remembered: whatever is forgotten is one read away. */
const REMEMBERED = 10_000;

/** Which organization a project is of: its first event says so, its later ones do not, and it never changes. */
export class ProjectHomes {
  private readonly known = new LRUCache<string, OrganizationId>({ max: REMEMBERED });

  constructor(private readonly store: Pick<EventStore, 'read'>) {}

  /**
   * The same events, each with the organization of its project: else nobody who reads the trail of an organization would find what
   * was changed in it (AMB-39). In the log's order, so that a project is known before it changes. Throws `StoreFailed`.
   */
  async housed(events: ReadonlyArray<TrailEvent>): Promise<ReadonlyArray<TrailEvent>> {
    const homes = new Map<ProjectId, OrganizationId | null>();
    for (const { category, projectId, organizationId } of events) {
      if (projectId === null) continue;
      if (organizationId === null) {
        if (!homes.has(projectId)) homes.set(projectId, await this.homeOf(projectId));
      } else if (category === 'project') this.known.set(projectId, organizationId);
    }
    return events.map((event) => {
      const { projectId, organizationId } = event;
      if (projectId === null || organizationId !== null) return event;
      return { ...event, organizationId: homes.get(projectId) ?? null };
    });
  }

  /** Null where the project never came to be. */
  private async homeOf(projectId: ProjectId): Promise<OrganizationId | null> {
    const known = this.known.get(projectId);
    if (known !== undefined) return known;
    const read = await this.store.read(streamOf('project', projectId), { from: 0, limit: 1 })();
    if (E.isLeft(read)) throw new StoreFailed(read.left);
    const home = (read.right[0]?.data as Readonly<Record<string, unknown>> | undefined)?.['organizationId'];
    if (!OrganizationId.is(home)) return null;
    this.known.set(projectId, home);
    return home;
  }
}
