import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AccountId,
  type EventId,
  notFound,
  type OrganizationId,
  type OrganizationRole,
  type ProjectId,
  type Role,
} from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { collaborator, type CollaboratorCommand, type Standing } from './collaborator.decider.js';
import type { CollaboratorEvent } from './collaborator.events.js';

const place = {
  organizationId: 'org_acme' as OrganizationId,
  projectId: 'proj_site' as ProjectId,
  accountId: 'user_bob' as AccountId,
};
const membershipId = '01234567-89ab-8cde-8f01-23456789abcd' as EventId;

/** Nobody in particular: no member, no row, no externals. */
const stranger: Standing = { ...place, isDefault: false, membership: null, row: null, externalsWelcome: false };
const member = (role: OrganizationRole, also: Partial<Standing> = {}): Standing => ({
  ...stranger,
  membership: { id: membershipId, role },
  ...also,
});
const external = (also: Partial<Standing> = {}): Standing => ({ ...stranger, externalsWelcome: true, ...also });
const home = { isDefault: true };

const added = (role: Role): CollaboratorEvent => ({
  type: 'CollaboratorAdded',
  data: { ...place, role, membershipId },
});
const addedExternal: CollaboratorEvent = { type: 'ExternalCollaboratorAdded', data: { ...place, role: 'member' } };
const changed = (role: Role): CollaboratorEvent => ({ type: 'CollaboratorRoleChanged', data: { ...place, role } });
const removed: CollaboratorEvent = { type: 'CollaboratorRemoved', data: place };

/** The rules, but for a founder's, ask about the standing alone: what the row's own stream holds changes nothing. */
const given = (standing: Standing) => {
  const when = (command: CollaboratorCommand) => specify(collaborator)().when(command);
  return {
    add: () => when({ type: 'AddCollaborator', standing }),
    found: () => when({ type: 'FoundProject', standing }),
    change: (role: Role) => when({ type: 'ChangeCollaboratorRole', standing, role }),
    remove: () => when({ type: 'RemoveCollaborator', standing }),
  };
};

describe('adding a collaborator', () => {
  it('COL-05: gives a member of the organization the role member', () =>
    given(member('member')).add().then(added('member')));
  it('COL-06: gives an admin of the organization the role admin', () => {
    given(member('admin')).add().then(added('admin'));
    given(member('owner')).add().then(added('admin'));
  });
  it('COL-03: refuses who is not of the organization', () => given(stranger).add().refuses({ _tag: 'NoSuchPerson' }));
  it('COL-16, COL-17: takes them as an external where both switches are on', () =>
    given(external()).add().then(addedExternal));
  it('AMB-28: refuses who is one already', () => {
    given(member('member', { row: 'member' }))
      .add()
      .refuses({ _tag: 'AlreadyCollaborator' });
    given(member('admin', { row: 'admin' }))
      .add()
      .refuses({ _tag: 'AlreadyCollaborator' });
    given(external({ row: 'admin' }))
      .add()
      .refuses({ _tag: 'AlreadyCollaborator' });
  });
  it('AMB-09, AMB-28: a suspended external is one already', () =>
    given({ ...stranger, row: 'member' })
      .add()
      .refuses({ _tag: 'AlreadyCollaborator' }));
  it('AMB-07: every member is one of the default project', () => {
    given(member('member', home)).add().refuses({ _tag: 'AlreadyCollaborator' });
    given(member('owner', home)).add().refuses({ _tag: 'AlreadyCollaborator' });
  });
  it('AMB-08: an external may be added to the default project, never implicitly', () => {
    given(external(home)).add().then(addedExternal);
    given({ ...stranger, isDefault: true })
      .add()
      .refuses({ _tag: 'NoSuchPerson' });
  });
  it('AMB-27: again after a removal is a new grant of the role member', () =>
    specify(collaborator)(added('admin'), removed)
      .when({ type: 'AddCollaborator', standing: member('member') })
      .then(added('member')));
});

describe('founding a project', () => {
  it('PRJ-12: makes its founder its admin', () => {
    given(member('admin')).found().then(added('admin'));
    given(member('owner')).found().then(added('admin'));
  });
  it('finishes what was begun: a row that is there stays as it is, and one that was taken away is not given back', () => {
    const founding = (standing: Standing): CollaboratorCommand => ({ type: 'FoundProject', standing });
    const past = specify(collaborator);
    past(added('admin'), changed('member'))
      .when(founding(member('admin', { row: 'member' })))
      .changesNothing();
    past(added('admin'), removed)
      .when(founding(member('admin')))
      .changesNothing();
  });
  it('gives nothing to who has left meanwhile', () => given(stranger).found().changesNothing());
});

describe("changing a collaborator's role", () => {
  it('COL-08, COL-09: is recorded, up and down', () => {
    given(member('member', { row: 'member' }))
      .change('admin')
      .then(changed('admin'));
    given(member('member', { row: 'admin' }))
      .change('member')
      .then(changed('member'));
  });
  it('COL-18: an external may be admin too', () =>
    given(external({ row: 'member' }))
      .change('admin')
      .then(changed('admin')));
  it('AMB-28: to the role already held is no new event', () => {
    given(member('member', { row: 'member' }))
      .change('member')
      .changesNothing();
    given(member('member', { row: 'admin' }))
      .change('admin')
      .changesNothing();
    given(external({ row: 'admin' }))
      .change('admin')
      .changesNothing();
  });
  it('AMB-05: nobody is demoted below the role that the organization gives them', () => {
    for (const role of ['owner', 'admin'] as const)
      for (const row of ['admin', 'member', null] as const)
        given(member(role, { row })).change('member').refuses({ _tag: 'RoleDerived' });
  });
  it('AMB-04: an admin of the organization is admin already, without a row', () => {
    given(member('admin')).change('admin').changesNothing();
    given(member('owner')).change('admin').changesNothing();
  });
  it('AMB-04: their row may be raised to what they are', () =>
    given(member('admin', { row: 'member' }))
      .change('admin')
      .then(changed('admin')));
  it('AMB-07: a promotion in the default project is a row', () => {
    given(member('member', home)).change('admin').then(added('admin'));
    given(member('member', home)).change('member').changesNothing();
    given(member('member', { ...home, row: 'admin' }))
      .change('member')
      .then(changed('member'));
  });
  it('AMB-16: of who has no place here is not found', () => {
    given(member('member')).change('admin').refuses(notFound('collaborator'));
    given(stranger).change('admin').refuses(notFound('collaborator'));
    given(external()).change('admin').refuses(notFound('collaborator'));
    given(external(home)).change('admin').refuses(notFound('collaborator'));
  });
});

describe('removing a collaborator', () => {
  it('COL-10: is recorded, whatever the role', () => {
    given(member('member', { row: 'member' }))
      .remove()
      .then(removed);
    given(member('member', { row: 'admin' }))
      .remove()
      .then(removed);
    given(external({ row: 'admin' }))
      .remove()
      .then(removed);
  });
  it('AMB-09: a suspended external can be removed', () =>
    given({ ...stranger, row: 'member' })
      .remove()
      .then(removed));
  it('AMB-05: of an admin of the organization takes away no more than the row', () =>
    given(member('admin', { row: 'admin' }))
      .remove()
      .then(removed));
  it('AMB-07, COL-25: a current member cannot be removed from the default project, row or not', () => {
    for (const role of ['owner', 'admin', 'member'] as const)
      for (const row of ['admin', null] as const)
        given(member(role, { ...home, row }))
          .remove()
          .refuses({ _tag: 'DefaultProjectMembershipImplicit' });
  });
  it('AMB-08: an external can be removed from the default project', () =>
    given(external({ ...home, row: 'member' }))
      .remove()
      .then(removed));
  it('AMB-16: of who has no row is not found, a second time too', () => {
    given(member('member')).remove().refuses(notFound('collaborator'));
    given(member('owner')).remove().refuses(notFound('collaborator'));
    given(stranger).remove().refuses(notFound('collaborator'));
    given(external(home)).remove().refuses(notFound('collaborator'));
  });
});

const anyRole = fc.constantFrom<Role>('admin', 'member');
const anyStanding = fc
  .record({
    isDefault: fc.boolean(),
    membership: fc.constantFrom<OrganizationRole | null>('owner', 'admin', 'member', null),
    row: fc.constantFrom<Role | null>('admin', 'member', null),
    externalsWelcome: fc.boolean(),
  })
  .map(({ membership: role, ...rest }): Standing => ({
    ...stranger,
    ...rest,
    membership: role && { id: membershipId, role },
  }));
const anyCommand = fc.oneof(
  fc
    .record({ type: fc.constantFrom('AddCollaborator', 'FoundProject', 'RemoveCollaborator'), standing: anyStanding })
    .map((command): CollaboratorCommand => command),
  fc
    .record({ type: fc.constant('ChangeCollaboratorRole' as const), standing: anyStanding, role: anyRole })
    .map((command): CollaboratorCommand => command),
);

it('may be retried at will', () => repeatable(collaborator, anyCommand));
