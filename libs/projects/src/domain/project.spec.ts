import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { type AccountId, notFound, type OrganizationId, type ProjectId, type Visibility } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { project, type ProjectCommand } from './project.decider.js';
import type { ProjectEvent } from './project.events.js';
import type { Reservation } from './slug.decider.js';

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

  it('PRM-21: is recorded', () => given(created).when(rename('Shop')).then(renamed('Shop')));
  it('to the name it has is no new event', () => {
    given(created).when(rename('Site')).changesNothing();
    given(created, renamed('Shop')).when(rename('Shop')).changesNothing();
  });
  it('is open to the default project too', () => given(createdDefault).when(rename('Home')).then(renamed('Home')));
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

describe('archiving a project', () => {
  const archive: ProjectCommand = { type: 'ArchiveProject' };
  const unarchive: ProjectCommand = { type: 'UnarchiveProject' };

  it('AMB-42: is recorded', () => given(created).when(archive).then(archived));
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
  { type: 'ChangeVisibility', visibility: 'open' },
  { type: 'AllowExternalCollaborators', featureOn: true },
  { type: 'DisallowExternalCollaborators' },
  { type: 'ArchiveProject' },
  { type: 'UnarchiveProject' },
];

it.each(others)('AMB-16: $type: a project that never was is not found', (command) =>
  given().when(command).refuses(notFound('project')),
);

const anyCommand = fc.oneof(
  fc.constantFrom(create, createDefault, ...others),
  fc
    .constantFrom<Visibility>('open', 'closed', 'private')
    .map((visibility): ProjectCommand => ({ type: 'ChangeVisibility', visibility })),
  fc.boolean().map((featureOn): ProjectCommand => ({ type: 'AllowExternalCollaborators', featureOn })),
);

it('may be retried at will', () => repeatable(project, anyCommand));
