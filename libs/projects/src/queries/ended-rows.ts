import { accountEvents } from '#libs/accounts/events';
import { endedRow, type LiveState } from '#libs/authorization';
import type { AccountId, EventId, OrganizationId, ProjectId } from '#libs/kernel';
import { membershipEvents } from '#libs/organizations/events';
import { follow, TodoList } from '#libs/read-models';
import { collaboratorEvents } from '../domain/collaborator.events.js';

/** A row whose membership, or whose account, has ended: what is left is to say so in its own stream. */
export interface EndedRow {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly accountId: AccountId;
  /** The event that granted the row that is meant: a later one of the same person is another. */
  readonly row: EventId;
  readonly endedBy: EventId;
}

/** No decision waits for these: a row counts no more from the moment its membership ends (ORG-18, AMB-11). */
export class EndedRows extends TodoList<EndedRow> {
  /** The projects in which a person has a row. */
  private readonly places = new Map<AccountId, Map<ProjectId, OrganizationId>>();
  private readonly lastEnd = new Map<AccountId, EventId>();

  /** `live` has applied every event before this does: it says which rows count. */
  constructor(private readonly live: LiveState) {
    super();
  }

  readonly follows = [
    follow({ category: 'collaborator', events: collaboratorEvents }, ({ event: { type, data } }) => {
      const { accountId, projectId, organizationId } = data;
      if (type === 'CollaboratorRemoved' || type === 'ProjectLeft') {
        this.places.get(accountId)?.delete(projectId);
        this.remove(`${projectId}.${accountId}`);
        return;
      }
      const places = this.places.get(accountId) ?? new Map<ProjectId, OrganizationId>();
      this.places.set(accountId, places.set(projectId, organizationId));
      this.look(accountId);
    }),
    follow({ category: 'membership', events: membershipEvents }, ({ id, eventId, event: { type } }) => {
      if (type === 'MemberRemoved' || type === 'MembershipPassedOn') this.over(id as AccountId, eventId as EventId);
    }),
    follow({ category: 'account', events: accountEvents }, ({ id, eventId, event: { type } }) => {
      if (type === 'AccountDeleted') this.over(id as AccountId, eventId as EventId);
    }),
  ];

  projectsOf(accountId: AccountId): ReadonlyArray<ProjectId> {
    return [...(this.places.get(accountId)?.keys() ?? [])];
  }

  private over(accountId: AccountId, endedBy: EventId): void {
    this.lastEnd.set(accountId, endedBy);
    this.look(accountId);
  }

  private look(accountId: AccountId): void {
    const endedBy = this.lastEnd.get(accountId);
    if (endedBy === undefined) return;
    this.places.get(accountId)?.forEach((organizationId, projectId) => {
      const row = endedRow(this.live, projectId, accountId);
      if (row !== null)
        this.add(`${projectId}.${accountId}`, { organizationId, projectId, accountId, row: row.id, endedBy });
    });
  }
}
