import { actionAsked, question } from './decisions.js';
import {
  type Answer,
  inBody,
  inQuery,
  listOf,
  oneOf,
  type Operation,
  type Option,
  recordWith,
  required,
} from './operation.js';

const filter: Readonly<Record<string, Option>> = {
  organization: inQuery('organizationId', 'Of this organization: org_…'),
  project: inQuery('projectId', 'Of this project: proj_…'),
  key: inQuery('apiKeyId', 'About this key: key_…'),
  account: inQuery('accountId', 'About this account: user_…'),
  actor: inQuery('actorId', 'Done by this one: user_…, svc_…, operator or system'),
  via: inQuery('viaId', 'Done through this credential: svc_…'),
  type: inQuery('type', 'Of this type: KeyCreated, say'),
  from: inQuery('from', 'At or after this ISO time'),
  to: inQuery('to', 'Before this ISO time'),
  order: inQuery('order', 'Oldest or newest first', oneOf('asc', 'desc')),
};

const project = inQuery('projectId', 'The project: proj_…', required);
const at = inQuery('at', 'As of when: an ISO time or a position; now unless said');
const collaborators = ['accountId', 'email', 'name', 'role', 'kind', 'via', 'suspended', 'addedAt', 'warning'];
const apiKeys = ['id', 'name', 'hint', 'createdBy', 'createdAt', 'expiresAt'];
const changes = ['at', 'what', 'accountId', 'apiKeyId', 'name', 'before', 'after', 'cause', 'actor'];

const exposure: Answer = {
  as: 'record',
  always: 'apiKeyId',
  tables: { 'refused.nodes': ['node', 'reports', 'refuses', 'position', 'at'] },
};

export const audit: ReadonlyArray<Operation> = [
  {
    words: 'audit events',
    says: 'What was done, by whom and when',
    method: 'GET',
    path: '/v1/audit/events',
    options: filter,
    answer: listOf('at', 'type', 'actor', 'organizationId', 'projectId', 'data'),
  },
  {
    words: 'audit evaluation',
    says: 'A decision as it stood then. Exit code 0: allowed, 1: denied',
    method: 'POST',
    path: '/v1/audit/evaluation',
    args: { action: actionAsked },
    options: { ...question, at: inBody('at', 'As of when: an ISO time or a position', required) },
    answer: recordWith('decision'),
    verdict: 'decision',
    asks: true,
  },
  {
    words: 'audit access',
    says: 'Who had access to a project then, how they came by it, and which keys were live',
    method: 'GET',
    path: '/v1/audit/access',
    options: { project, at },
    answer: { as: 'record', always: 'projectId', tables: { collaborators, apiKeys } },
  },
  {
    words: 'audit access-history',
    says: 'From when to when a person or a key had access: one of the two',
    method: 'GET',
    path: '/v1/audit/access-history',
    options: {
      project,
      account: inQuery('accountId', 'The person: user_…'),
      key: inQuery('apiKeyId', 'The key: key_…'),
    },
    answer: listOf('from', 'to', 'role', 'openedBy.cause', 'closedBy.cause'),
  },
  {
    words: 'audit review',
    says: 'Who had access between two dates, and each change; to print or to file',
    method: 'GET',
    path: '/v1/audit/access-review',
    options: {
      project,
      from: inQuery('from', 'The first date: an ISO time', required),
      to: inQuery('to', 'The last date: an ISO time; now unless said'),
      format: inQuery('format', 'How it is written', oneOf('json', 'csv', 'html')),
    },
    answer: {
      as: 'record',
      always: 'projectId',
      also: ['text/csv', 'text/html'],
      tables: {
        'began.collaborators': collaborators,
        'began.apiKeys': apiKeys,
        changes,
        'ended.collaborators': collaborators,
        'ended.apiKeys': apiKeys,
      },
    },
  },
  {
    words: 'audit explain',
    says: 'A decision told in sentences. Exit code 0: allowed, 1: denied',
    method: 'POST',
    path: '/v1/audit/explain',
    args: { action: actionAsked },
    options: { ...question, at: inBody('at', 'As of when: an ISO time or a position; now unless said') },
    answer: { as: 'prose', field: 'sentences' },
    verdict: 'decision',
    asks: true,
  },
  {
    words: 'audit exposure',
    says: 'How far a key that leaked was exposed',
    method: 'GET',
    path: '/v1/audit/exposure',
    args: { key: inQuery('apiKeyId', 'The key: key_…', required) },
    answer: exposure,
  },
  {
    words: 'audit exposure-of-secret',
    says: 'The same, of the key that a leaked secret is of',
    method: 'POST',
    path: '/v1/audit/exposure',
    options: {
      'leaked-file': inBody('secret', 'A file that holds the secret; - is stdin', {
        ...required,
        takes: 'secret-file',
      }),
    },
    answer: exposure,
    asks: true,
  },
  {
    words: 'audit what-if',
    says: 'Which decisions a command or other permissions would change; nothing is done',
    method: 'POST',
    path: '/v1/audit/what-if',
    options: {
      'questions-file': inBody('questions', 'A JSON file: a list of questions; - is stdin', {
        ...required,
        takes: 'json-file',
      }),
      'change-file': inBody('change', 'A JSON file: a command, or permissions; - is stdin', {
        ...required,
        takes: 'json-file',
      }),
      at: inBody('at', 'As of when: an ISO time or a position; now unless said'),
    },
    answer: {
      as: 'record',
      always: 'summary',
      tables: {
        events: ['type', 'organizationId', 'projectId', 'data'],
        changed: ['question', 'decisionChanged', 'before.decision', 'before.reason', 'after.decision', 'after.reason'],
      },
    },
    asks: true,
  },
  {
    words: 'audit export',
    says: 'Everything that was done, as a stream',
    method: 'GET',
    path: '/v1/audit/export',
    options: { ...filter, format: inQuery('format', 'How it is written', oneOf('ndjson', 'csv', 'cloudevents')) },
    answer: { as: 'file', resumes: true },
  },
];
