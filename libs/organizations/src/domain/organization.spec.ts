import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { type AccountId, notFound, type Privacy, type ProjectId } from '#libs/kernel';
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
  type: Extract<
    OrganizationEvent['type'],
    `${string}Enabled` | `${string}Disabled` | `Organization${'Susp' | 'Resum'}${string}`
  >,
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
  const rename = (name: string): OrganizationCommand => ({ type: 'UpdateOrganization', name });
  const renamed = (name: string): OrganizationEvent => ({ type: 'OrganizationRenamed', data: { name } });

  it('PRM-02: is recorded', () => given(created).when(rename('Acme & Co')).then(renamed('Acme & Co')));
  it('to the name it has is no new event', () => {
    given(created, renamed('Acme & Co')).when(rename('Acme & Co')).changesNothing();
    given(created).when(rename('Acme')).changesNothing();
  });
  it('back to its old name is recorded', () =>
    given(created, renamed('Acme & Co')).when(rename('Acme')).then(renamed('Acme')));
});

describe('the privacy of an organization', () => {
  const set = (privacy: Partial<Privacy>): OrganizationCommand => ({ type: 'UpdateOrganization', privacy });
  const updated = (on: Partial<Privacy>): OrganizationEvent => ({
    type: 'PrivacySettingsUpdated',
    data: { storePrompts: false, trainingOptIn: false, passthroughModels: false, ...on },
  });

  it('ORG-32, PRM-03: all off at birth', () =>
    given(created)
      .when(set({ storePrompts: false, trainingOptIn: false, passthroughModels: false }))
      .changesNothing());
  it.each(['storePrompts', 'trainingOptIn', 'passthroughModels'] as const)(
    'ORG-32: %s is switched on and off',
    (name) => {
      given(created)
        .when(set({ [name]: true }))
        .then(updated({ [name]: true }));
      given(created, updated({ [name]: true }))
        .when(set({ [name]: false }))
        .then(updated({}));
    },
  );
  it('what is left out stays', () => {
    given(created, updated({ storePrompts: true }))
      .when(set({ passthroughModels: true }))
      .then(updated({ storePrompts: true, passthroughModels: true }));
    given(created, updated({ storePrompts: true }))
      .when(set({}))
      .changesNothing();
  });
  it('set to what it is, is no new event', () =>
    given(created, updated({ trainingOptIn: true }))
      .when(set({ trainingOptIn: true }))
      .changesNothing());
  it('and the name change together', () =>
    given(created)
      .when({ type: 'UpdateOrganization', name: 'New', privacy: { storePrompts: true } })
      .then({ type: 'OrganizationRenamed', data: { name: 'New' } }, updated({ storePrompts: true })));
});

describe('the owner of an organization', () => {
  const [bob, cat] = ['user_bob', 'user_cat'] as [AccountId, AccountId];
  const transfer = (from: AccountId, to: AccountId): OrganizationCommand => ({ type: 'TransferOwnership', from, to });
  const transferred = (from: AccountId, to: AccountId): OrganizationEvent => ({
    type: 'OwnershipTransferred',
    data: { from, to },
  });

  it('AMB-33: changes by a transfer', () => given(created).when(transfer(ann, bob)).then(transferred(ann, bob)));
  it('AMB-33: of two transfers from one owner, one is made', () =>
    given(created, transferred(ann, bob)).when(transfer(ann, cat)).refuses({ _tag: 'NotTheOwner' }));
  it('AMB-33: transferred to who owns it already is no new event', () => {
    given(created).when(transfer(ann, ann)).changesNothing();
    given(created, transferred(ann, bob)).when(transfer(ann, bob)).changesNothing();
    given(created).when(transfer(bob, ann)).changesNothing();
  });
  it('AMB-33: is passed on by the new owner, also back', () => {
    given(created, transferred(ann, bob)).when(transfer(bob, cat)).then(transferred(bob, cat));
    given(created, transferred(ann, bob)).when(transfer(bob, ann)).then(transferred(bob, ann));
  });
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
      .when({ type: 'UpdateOrganization', name: 'New' })
      .then({ type: 'OrganizationRenamed', data: { name: 'New' } }));
});

const others: ReadonlyArray<OrganizationCommand> = [
  { type: 'UpdateOrganization', name: 'Other' },
  { type: 'UpdateOrganization', privacy: { storePrompts: true } },
  { type: 'TransferOwnership', from: ann, to: 'user_bob' as AccountId },
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
const privacy = fc.record(
  { storePrompts: fc.boolean(), trainingOptIn: fc.boolean(), passthroughModels: fc.boolean() },
  { requiredKeys: [] },
);
const anybody = fc.constantFrom(...(['user_ann', 'user_bob', 'user_cat'] as AccountId[]));
const anyCommand = fc.oneof(
  fc.constantFrom(create, ...others),
  fc
    .record({ name: fc.constantFrom('Acme', 'Other'), privacy }, { requiredKeys: [] })
    .map((wanted): OrganizationCommand => ({ type: 'UpdateOrganization', ...wanted })),
  fc.tuple(anybody, anybody).map(([from, to]): OrganizationCommand => ({ type: 'TransferOwnership', from, to })),
  features.map((each): OrganizationCommand => ({ type: 'SetFeatures', features: each })),
);

it('may be retried at will', () => repeatable(organization, anyCommand));
