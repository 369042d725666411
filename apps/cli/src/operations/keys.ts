import {
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
  whole,
} from './operation.js';

const key = inPath('keyId', 'The key: key_…');
const expiresAt = inBody('expiresAt', 'When it ends: an ISO time, or never', { clears: 'never' });
const about = inQuery('about', 'Which keys', {
  ...required,
  ...oneOf('maker-gone', 'never-used', 'expiring-soon'),
});
const within = inQuery('within', 'In days, for expiring-soon', whole);
const reported = listOf('id', 'name', 'hint', 'status', 'createdBy', 'expiresAt', 'lastUsedAt');
const ofOrganization = '/v1/organizations/{organizationId}';

export const keys: ReadonlyArray<Operation> = [
  {
    words: 'keys create',
    says: 'Make a key; its secret is shown once',
    method: 'POST',
    path: '/v1/projects/{projectId}/api-keys',
    options: { project, name: inBody('name', 'What it is called', required), 'expires-at': expiresAt },
    answer: record,
    secret: 'secret',
  },
  {
    words: 'keys list',
    says: 'List the keys of a project',
    method: 'GET',
    path: '/v1/projects/{projectId}/api-keys',
    options: { project },
    answer: listOf('id', 'name', 'hint', 'status', 'createdAt', 'expiresAt', 'lastUsedAt'),
  },
  {
    words: 'keys show',
    says: 'Show a key',
    method: 'GET',
    path: '/v1/api-keys/{keyId}',
    args: { key },
    answer: record,
  },
  {
    words: 'keys update',
    says: 'Rename a key, or change when it ends',
    method: 'PATCH',
    path: '/v1/api-keys/{keyId}',
    args: { key },
    options: { name: inBody('name', 'Its new name'), 'expires-at': expiresAt },
    answer: record,
  },
  {
    words: 'keys rotate',
    says: 'Make the key that replaces another; its secret is shown once',
    method: 'POST',
    path: '/v1/api-keys/{keyId}/rotate',
    args: { key },
    options: { 'overlap-seconds': inBody('overlapSeconds', 'How long the old key still works; 0 unless said', whole) },
    answer: record,
    secret: 'secret',
  },
  {
    words: 'keys revoke',
    says: 'Revoke a key, for good',
    method: 'DELETE',
    path: '/v1/api-keys/{keyId}',
    args: { key },
    answer: nothing,
    repeats: true,
  },
  {
    words: 'keys revoke-many',
    says: 'Revoke all keys of a project, of a maker, or by their secrets: one of the three',
    method: 'POST',
    path: '/v1/api-keys/revoke',
    options: {
      project: inBody('projectId', 'All keys of this project'),
      'created-by': inBody('createdBy', 'All keys that this account made'),
      'secrets-file': inBody('secrets', 'A file of secrets, one a line; - is stdin', { takes: 'secret-lines-file' }),
    },
    answer: {
      as: 'record',
      always: 'unknown',
      tables: { revoked: ['id', 'projectId', 'name', 'hint', 'status', 'revokedAt'] },
    },
  },
  {
    words: 'keys last-use',
    says: 'When a key was last used, and from where',
    method: 'GET',
    path: '/v1/api-keys/{keyId}/last-use',
    args: { key },
    answer: recordWith('knownSince'),
  },
  {
    words: 'keys report',
    says: 'Keys of a project that want a look',
    method: 'GET',
    path: '/v1/projects/{projectId}/api-key-report',
    options: { project, about, within },
    answer: reported,
  },
];

export const legacyKeys: ReadonlyArray<Operation> = [
  {
    words: 'legacy-key issue',
    says: 'Give an organization its legacy key; once',
    method: 'POST',
    path: `${ofOrganization}/legacy-key`,
    args: { organization },
    answer: record,
  },
  {
    words: 'legacy-key show',
    says: 'Show the legacy key, without its secret',
    method: 'GET',
    path: `${ofOrganization}/legacy-key`,
    args: { organization },
    answer: record,
  },
  {
    words: 'legacy-key regenerate',
    says: 'Give the legacy key a new secret; the old one ends',
    method: 'POST',
    path: `${ofOrganization}/legacy-key/regenerate`,
    args: { organization },
    answer: record,
    secret: 'secret',
  },
  {
    words: 'legacy-key reveal',
    says: 'Show the legacy key’s secret; the trail says so',
    method: 'POST',
    path: `${ofOrganization}/legacy-key/reveal`,
    args: { organization },
    answer: recordWith('secret'),
    secret: 'secret',
  },
  {
    words: 'legacy-key last-use',
    says: 'When the legacy key was last used',
    method: 'GET',
    path: `${ofOrganization}/legacy-key/last-use`,
    args: { organization },
    answer: recordWith('knownSince'),
  },
  {
    words: 'organizations key-report',
    says: 'Keys of an organization that want a look',
    method: 'GET',
    path: `${ofOrganization}/api-key-report`,
    args: { organization },
    options: { about, within },
    answer: reported,
  },
];
