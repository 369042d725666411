import {
  account,
  action,
  email,
  flag,
  inBody,
  inPath,
  inQuery,
  listOf,
  nothing,
  oneOf,
  type Operation,
  organization,
  project,
  record,
  recordWith,
  required,
} from './operation.js';

const one = '/v1/projects/{projectId}';
const visibility = inBody(
  'visibility',
  'Who of the organization sees and joins it',
  oneOf('open', 'closed', 'private'),
);
const slug = inBody('slug', 'Its name in addresses');
const columns = ['id', 'name', 'slug', 'visibility', 'isDefault', 'status', 'createdAt'];

export const projects: ReadonlyArray<Operation> = [
  {
    words: 'projects create',
    says: 'Make a project',
    method: 'POST',
    path: '/v1/organizations/{organizationId}/projects',
    options: { organization, name: inBody('name', 'What it is called', required), slug, visibility },
    answer: record,
  },
  {
    words: 'projects list',
    says: 'List the projects of an organization',
    method: 'GET',
    path: '/v1/organizations/{organizationId}/projects',
    options: { organization },
    answer: listOf(...columns),
  },
  { words: 'projects show', says: 'Show a project', method: 'GET', path: one, args: { project }, answer: record },
  {
    words: 'projects update',
    says: 'Change a project',
    method: 'PATCH',
    path: one,
    args: { project },
    options: {
      name: inBody('name', 'Its new name'),
      slug,
      visibility,
      'allow-external-collaborators': inBody('allowExternalCollaborators', 'Collaborators from outside', flag),
    },
    answer: record,
  },
  action('projects archive', 'Archive a project: its keys are refused', `${one}/archive`, { project }),
  action('projects unarchive', 'Take a project out of the archive', `${one}/unarchive`, { project }),
  action('projects join', 'Join a project', `${one}/join`, { project }),
  action('projects leave', 'Leave a project', `${one}/leave`, { project }),
  {
    words: 'projects my-permissions',
    says: 'What I may do in a project',
    method: 'GET',
    path: `${one}/my-permissions`,
    args: { project },
    answer: recordWith('permissions'),
  },
];

export const collaborators: ReadonlyArray<Operation> = [
  {
    words: 'collaborators add',
    says: 'Add a collaborator to a project',
    method: 'POST',
    path: `${one}/collaborators`,
    options: { project, email },
    answer: recordWith('accountId'),
  },
  {
    words: 'collaborators list',
    says: 'List the collaborators of a project',
    method: 'GET',
    path: `${one}/collaborators`,
    options: { project },
    answer: listOf('accountId', 'email', 'name', 'role', 'kind', 'via', 'suspended', 'addedAt'),
  },
  {
    words: 'collaborators show',
    says: 'Show a collaborator',
    method: 'GET',
    path: `${one}/collaborators/{accountId}`,
    args: { account },
    options: { project },
    answer: recordWith('accountId'),
  },
  {
    words: 'collaborators set-role',
    says: 'Give a collaborator another role',
    method: 'PATCH',
    path: `${one}/collaborators/{accountId}`,
    args: { account },
    options: {
      project,
      role: inBody('role', 'The role', { ...required, ...oneOf('admin', 'member', 'developer', 'editor') }),
    },
    answer: recordWith('accountId'),
  },
  {
    words: 'collaborators remove',
    says: 'Remove a collaborator from a project',
    method: 'DELETE',
    path: `${one}/collaborators/{accountId}`,
    args: { account },
    options: { project },
    answer: nothing,
  },
];

const resource = { kind: inPath('kind', 'Its kind: file, model, …'), resource: inPath('resourceId', 'Its id') };
const oneResource = `${one}/resources/{kind}/{resourceId}`;

export const resources: ReadonlyArray<Operation> = [
  {
    words: 'resources put',
    says: 'Register a resource, or rename it',
    method: 'PUT',
    path: oneResource,
    args: resource,
    options: { project, name: inBody('name', 'What it is called, or none', { clears: 'none' }) },
    answer: record,
    guarded: true,
  },
  {
    words: 'resources show',
    says: 'Show a resource',
    method: 'GET',
    path: oneResource,
    args: resource,
    options: { project },
    answer: record,
  },
  {
    words: 'resources remove',
    says: 'Remove a resource from the registry',
    method: 'DELETE',
    path: oneResource,
    args: resource,
    options: { project },
    answer: nothing,
  },
  {
    words: 'resources list',
    says: 'List the resources of a project',
    method: 'GET',
    path: `${one}/resources`,
    options: { project, kind: inQuery('kind', 'Only of this kind') },
    answer: listOf('kind', 'id', 'name', 'createdAt'),
    covers: ['GET /v1/projects/{projectId}/resources/{kind}'],
  },
  {
    words: 'support-matrix show',
    says: 'Show which kinds take keys and people',
    method: 'GET',
    path: '/v1/support-matrix',
    answer: { as: 'record', always: 'rows', tables: { rows: ['kind', 'key', 'ui', 'listingScope'] } },
  },
  {
    words: 'support-matrix put',
    says: 'Replace the whole support table',
    method: 'PUT',
    path: '/v1/support-matrix',
    options: {
      'rows-file': inBody('rows', 'A JSON file of the rows; - is stdin', { ...required, takes: 'json-file' }),
    },
    answer: { as: 'record', always: 'rows', tables: { rows: ['kind', 'key', 'ui', 'listingScope'] } },
  },
];
