import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { type AccountId, notFound, type ProjectId } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { organization, type OrganizationCommand } from './organization.decider.js';
import type { OrganizationEvent } from './organization.events.js';

const given = specify(organization);
const ann = 'user_ann' as AccountId;
const defaultProjectId = 'proj_default' as ProjectId;

const create: OrganizationCommand = { type: 'CreateOrganization', name: 'Acme', ownerId: ann, defaultProjectId };
const created: OrganizationEvent = {
  type: 'OrganizationCreated',
  data: { name: 'Acme', ownerId: ann, defaultProjectId },
};
const event = (
  type: Exclude<OrganizationEvent['type'], 'OrganizationCreated' | 'OrganizationRenamed' | 'MembershipMethodSelected'>,
) => ({ type, data: {} }) satisfies OrganizationEvent;
const suspended = event('OrganizationSuspended');
const resumed = event('OrganizationResumed');

describe('creating an organization', () => {
  it('ORG-02, ORG-03: is recorded with its owner and its default project', () => given().when(create).then(created));
  it('finishes what was begun: one that is there stays as it is', () =>
    given(created)
      .when({ ...create, name: 'Other', ownerId: 'user_bob' as AccountId })
      .changesNothing());
});

describe('renaming an organization', () => {
  const rename: OrganizationCommand = { type: 'RenameOrganization', name: 'Acme & Co' };
  const renamed: OrganizationEvent = { type: 'OrganizationRenamed', data: { name: 'Acme & Co' } };

  it('PRM-02: is recorded', () => given(created).when(rename).then(renamed));
  it('to the name it has is no new event', () => {
    given(created, renamed).when(rename).changesNothing();
    given(created)
      .when({ ...rename, name: 'Acme' })
      .changesNothing();
  });
  it('back to its old name is recorded', () =>
    given(created, renamed)
      .when({ ...rename, name: 'Acme' })
      .then({ type: 'OrganizationRenamed', data: { name: 'Acme' } }));
});

describe('the features of an organization', () => {
  const set = (features: Extract<OrganizationCommand, { type: 'SetFeatures' }>['features']): OrganizationCommand => ({
    type: 'SetFeatures',
    features,
  });
  const all = { multiProject: true, externalCollaborators: true, invitations: true, requireJoin: true };
  const none = { multiProject: false, externalCollaborators: false, invitations: false, requireJoin: false };
  const allOn = [
    event('MultiProjectEnabled'),
    event('ExternalCollaboratorsBetaEnabled'),
    event('InvitationsEnabled'),
    event('RequireJoinEnabled'),
  ];
  const allOff = [
    event('MultiProjectDisabled'),
    event('ExternalCollaboratorsBetaDisabled'),
    event('InvitationsDisabled'),
    event('RequireJoinDisabled'),
  ];

  it('PRJ-10, COL-16, ORG-10: are off at birth', () => given(created).when(set(none)).changesNothing());
  it('PRJ-10: more than one project', () =>
    given(created)
      .when(set({ multiProject: true }))
      .then(event('MultiProjectEnabled')));
  it('COL-16: external collaborators', () =>
    given(created)
      .when(set({ externalCollaborators: true }))
      .then(event('ExternalCollaboratorsBetaEnabled')));
  it('ORG-10: invitations', () =>
    given(created)
      .when(set({ invitations: true }))
      .then(event('InvitationsEnabled')));
  it('AMB-04: admins join first', () =>
    given(created)
      .when(set({ requireJoin: true }))
      .then(event('RequireJoinEnabled')));
  it('are switched on and off together', () => {
    given(created)
      .when(set(all))
      .then(...allOn);
    given(created, ...allOn)
      .when(set(none))
      .then(...allOff);
  });
  it('are recorded only where they change', () => {
    given(created, ...allOn)
      .when(set(all))
      .changesNothing();
    given(created, ...allOn, event('InvitationsDisabled'))
      .when(set(all))
      .then(event('InvitationsEnabled'));
  });
  it('what is left out stays', () => {
    given(created, ...allOn)
      .when(set({}))
      .changesNothing();
    given(created, ...allOn)
      .when(set({ requireJoin: false }))
      .then(event('RequireJoinDisabled'));
  });
});

describe('the membership method', () => {
  const select = (method: 'invitation' | 'sso'): OrganizationCommand => ({ type: 'SelectMembershipMethod', method });
  const selected = (method: 'invitation' | 'sso'): OrganizationEvent => ({
    type: 'MembershipMethodSelected',
    data: { method },
  });

  it('ORG-07: is invitation at birth', () => given(created).when(select('invitation')).changesNothing());
  it('ORG-07: becomes single sign-on, and back', () => {
    given(created).when(select('sso')).then(selected('sso'));
    given(created, selected('sso')).when(select('invitation')).then(selected('invitation'));
  });
  it('selected a second time is no new event', () =>
    given(created, selected('sso')).when(select('sso')).changesNothing());
});

describe('suspending an organization', () => {
  const suspend: OrganizationCommand = { type: 'SuspendOrganization' };
  const resume: OrganizationCommand = { type: 'ResumeOrganization' };

  it('LIM-08: is recorded', () => given(created).when(suspend).then(suspended));
  it('a second time is no new event', () => given(created, suspended).when(suspend).changesNothing());
  it('is undone by resuming', () => given(created, suspended).when(resume).then(resumed));
  it('resuming what is not suspended is no new event', () => {
    given(created).when(resume).changesNothing();
    given(created, suspended, resumed).when(resume).changesNothing();
  });
  it('AMB-40: leaves its management as it is', () =>
    given(created, suspended)
      .when({ type: 'RenameOrganization', name: 'New' })
      .then({ type: 'OrganizationRenamed', data: { name: 'New' } }));
});

const others: ReadonlyArray<OrganizationCommand> = [
  { type: 'RenameOrganization', name: 'Other' },
  { type: 'SetFeatures', features: { requireJoin: true } },
  { type: 'SelectMembershipMethod', method: 'sso' },
  { type: 'SuspendOrganization' },
  { type: 'ResumeOrganization' },
];

it.each(others)('$type: an organization that never was is not found', (command) =>
  given().when(command).refuses(notFound('organization')),
);

const features = fc.record(
  {
    multiProject: fc.boolean(),
    externalCollaborators: fc.boolean(),
    invitations: fc.boolean(),
    requireJoin: fc.boolean(),
  },
  { requiredKeys: [] },
);
const anyCommand = fc.oneof(
  fc.constantFrom(create, ...others),
  features.map((each): OrganizationCommand => ({ type: 'SetFeatures', features: each })),
);

it('may be retried at will', () => repeatable(organization, anyCommand));
