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
const addedExternal = (isDefaultProject: boolean, role: Role = 'member'): CollaboratorEvent => ({
  type: 'ExternalCollaboratorAdded',
  data: { ...place, role, isDefaultProject },
});
const changed = (role: Role): CollaboratorEvent => ({ type: 'CollaboratorRoleChanged', data: { ...place, role } });
const removed: CollaboratorEvent = { type: 'CollaboratorRemoved', data: { ...place, endedBy: null } };
const joined = (role: Role): CollaboratorEvent => ({
  type: 'ProjectJoined',
  data: { ...place, role, membershipId },
});
const left: CollaboratorEvent = { type: 'ProjectLeft', data: place };

/** The rules, but for a founder's, ask about the standing alone: what the row's own stream holds changes nothing. */
const given = (standing: Standing) => {
  const when = (command: CollaboratorCommand) => specify(collaborator)().when(command);
  return {
    add: () => when({ type: 'AddCollaborator', standing }),
    found: () => when({ type: 'FoundProject', standing }),
    change: (role: Role) => when({ type: 'ChangeCollaboratorRole', standing, role }),
    remove: () => when({ type: 'RemoveCollaborator', standing }),
    join: () => when({ type: 'JoinProject', standing }),
    leave: () => when({ type: 'LeaveProject', standing }),
    takeOver: (role: Role) => when({ type: 'TakeOverRow', standing, role }),
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
    given(external()).add().then(addedExternal(false)));
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
  it('AMB-08: an external may be added to the default project, never implicitly, and the record says that it is that one', () => {
    given(external(home)).add().then(addedExternal(true));
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

describe('joining a project', () => {
  it('COL-24: makes a member of the organization a member of the project', () =>
    given(member('member')).join().then(joined('member')));
  it('COL-06, PRJ-21: makes an admin of the organization an admin of the project', () => {
    given(member('admin')).join().then(joined('admin'));
    given(member('owner')).join().then(joined('admin'));
  });
  it('PRM-17, AMB-21: is not for who is no member: they do not find it', () => {
    given(stranger).join().refuses(notFound('project'));
    given(external()).join().refuses(notFound('project'));
    given(external({ row: 'admin' }))
      .join()
      .refuses(notFound('project'));
  });
  it('AMB-28: is refused to who is there already', () => {
    given(member('member', { row: 'member' }))
      .join()
      .refuses({ _tag: 'AlreadyCollaborator' });
    given(member('owner', { row: 'admin' }))
      .join()
      .refuses({ _tag: 'AlreadyCollaborator' });
  });
  it('PRJ-05, AMB-07: every member is in the default project already', () => {
    for (const role of ['owner', 'admin', 'member'] as const)
      given(member(role, home)).join().refuses({ _tag: 'AlreadyCollaborator' });
  });
  it('AMB-27: again after leaving is a new row of the role member', () =>
    specify(collaborator)(joined('member'), changed('admin'), left)
      .when({ type: 'JoinProject', standing: member('member') })
      .then(joined('member')));
});

describe('leaving a project', () => {
  it('PRJ-22, PRM-36: is recorded, of any row', () => {
    given(member('member', { row: 'member' }))
      .leave()
      .then(left);
    given(member('admin', { row: 'admin' }))
      .leave()
      .then(left);
    given(external({ row: 'admin' }))
      .leave()
      .then(left);
  });
  it('AMB-09: is open to a suspended external', () =>
    given({ ...stranger, row: 'member' })
      .leave()
      .then(left));
  it('PRM-36: takes a row of one’s own', () => {
    given(member('owner')).leave().refuses(notFound('collaborator'));
    given(member('member')).leave().refuses(notFound('collaborator'));
    given(stranger).leave().refuses(notFound('collaborator'));
  });
  it('PRJ-22: nobody leaves the default project, with a row or without', () => {
    for (const row of ['admin', 'member', null] as const) {
      for (const role of ['owner', 'admin', 'member'] as const)
        given(member(role, { ...home, row }))
          .leave()
          .refuses({ _tag: 'DefaultProjectMembershipImplicit' });
    }
  });
});

describe('a row of an account that was transferred', () => {
  it.each<Role>(['admin', 'member'])('DEL-09: goes on in the new account, as %s', (role) => {
    given(member('member')).takeOver(role).then(added(role));
    given(stranger).takeOver(role).then(addedExternal(false, role));
  });
  it('AMB-08, DEL-09: in the default project, too, of which the record says so', () =>
    given({ ...stranger, ...home })
      .takeOver('member')
      .then(addedExternal(true)));
  it('DEL-09: is not taken over where the new account has one', () => {
    given(member('member', { row: 'member' }))
      .takeOver('admin')
      .changesNothing();
    given(external({ row: 'member' }))
      .takeOver('admin')
      .changesNothing();
  });
});

describe('the record of a row that has ended', () => {
  const endedBy = '01234567-89ab-8cde-8f01-0000000000ff' as EventId;

  it('ORG-18, DEL-01: says which event had ended it', () =>
    specify(collaborator)(added('admin'))
      .when({ type: 'RecordRowEnded', place, endedBy })
      .then({ type: 'CollaboratorRemoved', data: { ...place, endedBy } }));
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
    .record({
      type: fc.constantFrom('AddCollaborator', 'FoundProject', 'RemoveCollaborator', 'JoinProject', 'LeaveProject'),
      standing: anyStanding,
    })
    .map((command): CollaboratorCommand => command),
  fc
    .record({
      type: fc.constantFrom('ChangeCollaboratorRole', 'TakeOverRow'),
      standing: anyStanding,
      role: anyRole,
    })
    .map((command): CollaboratorCommand => command),
  fc.constant<CollaboratorCommand>({ type: 'RecordRowEnded', place, endedBy: membershipId }),
);

it('may be retried at will', () => repeatable(collaborator, anyCommand));
