import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { type AccountId, notFound, type OrganizationId, type ProjectId, type Visibility } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { project, type ProjectCommand, type ProjectSetting } from './project.decider.js';
import type { ProjectEvent } from './project.events.js';
import type { Reservation } from './reservation.js';

const given = specify(project);
const organizationId = 'org_acme' as OrganizationId;
const createdBy = 'user_ann' as AccountId;

const reservation: Reservation = {
  projectId: 'proj_site' as ProjectId,
  organizationId,
  name: 'Site',
  visibility: 'private',
  createdBy,
  isDefault: false,
};
const create: ProjectCommand = { type: 'CreateProject', slug: 'site', reservation };
const createDefault: ProjectCommand = { ...create, reservation: { ...reservation, isDefault: true } };

const birth = { organizationId, name: 'Site', slug: 'site', visibility: 'private' } as const;
const created: ProjectEvent = { type: 'ProjectCreated', data: { ...birth, createdBy } };
const createdDefault: ProjectEvent = { type: 'DefaultProjectCreated', data: birth };
const archived: ProjectEvent = { type: 'ProjectArchived', data: {} };
const unarchived: ProjectEvent = { type: 'ProjectUnarchived', data: {} };
const allowed: ProjectEvent = { type: 'ExternalCollaboratorsAllowed', data: {} };
const disallowed: ProjectEvent = { type: 'ExternalCollaboratorsDisallowed', data: {} };

describe('creating a project', () => {
  it('PRJ-01: is recorded with its organization and its maker', () => given().when(create).then(created));
  it('ORG-02: the default project is recorded as such', () => given().when(createDefault).then(createdDefault));
  it('finishes what was begun: one that is there stays as it is', () => {
    given(created).when(create).changesNothing();
    given(created).when(createDefault).changesNothing();
    given(created, archived).when(create).changesNothing();
  });
});

describe('renaming a project', () => {
  const rename = (name: string): ProjectCommand => ({ type: 'RenameProject', name });
  const renamed = (name: string): ProjectEvent => ({ type: 'ProjectRenamed', data: { name } });

  it('PRM-21, PRJ-25: is recorded', () => given(created).when(rename('Shop')).then(renamed('Shop')));
  it('to the name it has is no new event', () => {
    given(created).when(rename('Site')).changesNothing();
    given(created, renamed('Shop')).when(rename('Shop')).changesNothing();
  });
  it('is open to the default project too', () => given(createdDefault).when(rename('Home')).then(renamed('Home')));
});

describe('the slug of a project', () => {
  const change = (slug: string): ProjectCommand => ({ type: 'ChangeSlug', slug });
  const changed = (slug: string): ProjectEvent => ({ type: 'ProjectSlugChanged', data: { slug } });

  it('PRJ-18: may be changed', () => given(created).when(change('shop')).then(changed('shop')));
  it('PRJ-18: and changed back', () => given(created, changed('shop')).when(change('site')).then(changed('site')));
  it('changed to what it is, is no new event', () => {
    given(created).when(change('site')).changesNothing();
    given(created, changed('shop')).when(change('shop')).changesNothing();
  });
  it('PRJ-18: of the default project, too', () => given(createdDefault).when(change('home')).then(changed('home')));
});

describe('the visibility of a project', () => {
  const change = (visibility: Visibility): ProjectCommand => ({ type: 'ChangeVisibility', visibility });
  const changed = (visibility: Visibility): ProjectEvent => ({
    type: 'ProjectVisibilityChanged',
    data: { visibility },
  });

  it('PRJ-20: may be changed at any time', () => {
    given(created).when(change('open')).then(changed('open'));
    given(created, changed('open')).when(change('closed')).then(changed('closed'));
    given(created, changed('open')).when(change('private')).then(changed('private'));
  });
  it('changed to what it is, is no new event', () => {
    given(created).when(change('private')).changesNothing();
    given(created, changed('open')).when(change('open')).changesNothing();
  });
});

describe('the switch for external collaborators', () => {
  const allow: ProjectCommand = { type: 'AllowExternalCollaborators', featureOn: true };
  const disallow: ProjectCommand = { type: 'DisallowExternalCollaborators' };

  it('PRJ-13, COL-16: is off at birth and may be turned on', () => given(created).when(allow).then(allowed));
  it('PRJ-14: works only where the operator has enabled the beta', () =>
    given(created)
      .when({ ...allow, featureOn: false })
      .refuses({ _tag: 'FeatureOff', feature: 'externalCollaborators' }));
  it('turned on a second time is no new event', () => {
    given(created, allowed).when(allow).changesNothing();
    given(created, allowed)
      .when({ ...allow, featureOn: false })
      .changesNothing();
  });
  it('AMB-09: turned off, nothing else is recorded', () => given(created, allowed).when(disallow).then(disallowed));
  it('turned off a second time is no new event', () => {
    given(created).when(disallow).changesNothing();
    given(created, allowed, disallowed).when(disallow).changesNothing();
  });
  it('PRJ-14: back on needs the beta again', () => {
    given(created, allowed, disallowed).when(allow).then(allowed);
    given(created, allowed, disallowed)
      .when({ ...allow, featureOn: false })
      .refuses({ _tag: 'FeatureOff', feature: 'externalCollaborators' });
  });
});

describe('several settings of a project', () => {
  const settings = (...all: ReadonlyArray<ProjectSetting>): ProjectCommand => ({
    type: 'ChangeSettings',
    settings: all,
  });
  const rename: ProjectSetting = { type: 'RenameProject', name: 'Shop' };
  const open: ProjectSetting = { type: 'ChangeVisibility', visibility: 'open' };
  const allow = (featureOn: boolean): ProjectSetting => ({ type: 'AllowExternalCollaborators', featureOn });
  const renamed: ProjectEvent = { type: 'ProjectRenamed', data: { name: 'Shop' } };
  const opened: ProjectEvent = { type: 'ProjectVisibilityChanged', data: { visibility: 'open' } };

  it('PRJ-15: change together, in the order they are asked for', () => {
    given(created)
      .when(settings(rename, open, allow(true)))
      .then(renamed, opened, allowed);
    given(created).when(settings(open, rename)).then(opened, renamed);
  });
  it('PRJ-15: are recorded only where they change', () => {
    given(created, opened).when(settings(rename, open)).then(renamed);
    given(created, opened, renamed).when(settings(rename, open)).changesNothing();
    given(created).when(settings()).changesNothing();
  });
  it('PRJ-14: all of them or none', () =>
    given(created)
      .when(settings(rename, allow(false), open))
      .refuses({ _tag: 'FeatureOff', feature: 'externalCollaborators' }));
});

describe('archiving a project', () => {
  const archive: ProjectCommand = { type: 'ArchiveProject' };
  const unarchive: ProjectCommand = { type: 'UnarchiveProject' };

  it('AMB-42, PRJ-25: is recorded', () => given(created).when(archive).then(archived));
  it('a second time is no new event', () => given(created, archived).when(archive).changesNothing());
  it('PRJ-04: never touches the default project', () => {
    given(createdDefault).when(archive).refuses({ _tag: 'DefaultProjectUntouchable' });
    given(createdDefault).when(unarchive).refuses({ _tag: 'DefaultProjectUntouchable' });
  });
  it('is undone', () => given(created, archived).when(unarchive).then(unarchived));
  it('undoing what was not done is no new event', () => {
    given(created).when(unarchive).changesNothing();
    given(created, archived, unarchived).when(unarchive).changesNothing();
  });
});

const others: ReadonlyArray<ProjectCommand> = [
  { type: 'RenameProject', name: 'Other' },
  { type: 'ChangeSlug', slug: 'other' },
  { type: 'ChangeSettings', settings: [{ type: 'RenameProject', name: 'Other' }] },
  { type: 'ChangeVisibility', visibility: 'open' },
  { type: 'AllowExternalCollaborators', featureOn: true },
  { type: 'DisallowExternalCollaborators' },
  { type: 'ArchiveProject' },
  { type: 'UnarchiveProject' },
];

it.each(others)('AMB-16: $type: a project that never was is not found', (command) =>
  given().when(command).refuses(notFound('project')),
);

const anySetting = fc.oneof(
  fc.constantFrom('Site', 'Shop').map((name): ProjectSetting => ({ type: 'RenameProject', name })),
  fc.constantFrom('site', 'shop').map((slug): ProjectSetting => ({ type: 'ChangeSlug', slug })),
  fc
    .constantFrom<Visibility>('open', 'closed', 'private')
    .map((visibility): ProjectSetting => ({ type: 'ChangeVisibility', visibility })),
  fc.boolean().map((featureOn): ProjectSetting => ({ type: 'AllowExternalCollaborators', featureOn })),
  fc.constant<ProjectSetting>({ type: 'DisallowExternalCollaborators' }),
);
const anyCommand = fc.oneof(
  fc.constantFrom(create, createDefault, ...others),
  anySetting,
  // Each kind of setting once: a request names each field once.
  fc
    .uniqueArray(anySetting, { maxLength: 4, selector: ({ type }) => type.replace(/^(?:Disa|A)llow/u, '') })
    .map((settings): ProjectCommand => ({ type: 'ChangeSettings', settings })),
);

it('may be retried at will', () => repeatable(project, anyCommand));
