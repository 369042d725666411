import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountId, EventId, OrganizationId, ProjectId, Recorded, Timestamp } from '#libs/kernel';
import type { MembershipEvent } from '#libs/organizations/events';
import type { CollaboratorEvent } from '../domain/collaborator.events.js';
import type { ProjectEvent, SlugEvent } from '../domain/project.events.js';
import type { Reservation } from '../domain/reservation.js';
import { UnfinishedProjects } from './unfinished.js';

const [ann, bob] = ['user_ann', 'user_bob'] as [AccountId, AccountId];
const organizationId = 'org_acme' as OrganizationId;
const projectId = 'proj_site' as ProjectId;
const reservation: Reservation = {
  projectId,
  organizationId,
  name: 'Site',
  visibility: 'private',
  createdBy: ann,
  isDefault: false,
};
const row = (accountId: AccountId): CollaboratorEvent => ({
  type: 'CollaboratorAdded',
  data: { organizationId, projectId, accountId, role: 'admin', membershipId: 'm' as EventId },
});

let list: UnfinishedProjects;
const saw = (category: string, id: string, event: SlugEvent | ProjectEvent | CollaboratorEvent | MembershipEvent) => {
  const recorded: Recorded<typeof event> = {
    id,
    eventId: 'e',
    position: 1n,
    at: '2026-01-01T00:00:00.000Z' as Timestamp,
    by: null,
    event,
  };
  for (const follows of list.follows) if (follows.category === category) follows.apply(recorded as never);
};
const due = () => list.due().map(([id]) => id);

beforeEach(() => {
  list = new UnfinishedProjects();
  saw('slug', 'site', { type: 'SlugReserved', data: reservation });
});

describe('a project that has yet to be made whole', () => {
  it('PRJ-12: is due until its creator has a row, and not anybody else', () => {
    expect(due()).toEqual([projectId]);
    saw('collaborator', `${projectId}.${bob}`, row(bob));
    expect(due()).toEqual([projectId]);
    saw('collaborator', `${projectId}.${ann}`, row(ann));
    expect(due()).toEqual([]);
  });

  it('ORG-18: is due no more once its creator has left: a return gives them nothing', () => {
    saw('membership', bob, { type: 'MemberRemoved', data: { organizationId, because: 'removed' } });
    expect(due()).toEqual([projectId]);
    saw('membership', ann, { type: 'MemberRemoved', data: { organizationId, because: 'removed' } });
    expect(due()).toEqual([]);
  });

  it('PRJ-04: is whole with its making, where it is the default one', () => {
    const { name, visibility } = reservation;
    saw('project', projectId, {
      type: 'DefaultProjectCreated',
      data: { organizationId, name, slug: 'site', visibility },
    });
    expect(due()).toEqual([]);
  });
});
