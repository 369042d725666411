import {
  account,
  action,
  email,
  inBody,
  inPath,
  list,
  listOf,
  nothing,
  oneOf,
  type Operation,
  organization,
  provider,
  providerSubject,
  record,
  recordWith,
  required,
} from './operation.js';

const name = inBody('name', 'The person’s name', { clears: 'none' });

export const accounts: ReadonlyArray<Operation> = [
  {
    words: 'accounts create',
    says: 'Make an account',
    method: 'POST',
    path: '/v1/accounts',
    options: { email, provider, subject: providerSubject, name },
    answer: record,
  },
  {
    words: 'accounts list',
    says: 'List accounts',
    method: 'GET',
    path: '/v1/accounts',
    answer: listOf('id', 'email', 'name', 'provider', 'status', 'organizationId', 'createdAt'),
  },
  {
    words: 'accounts show',
    says: 'Show an account',
    method: 'GET',
    path: '/v1/accounts/{accountId}',
    args: { account },
    answer: record,
  },
  {
    words: 'accounts delete',
    says: 'Delete an account: personal data is erased, for good',
    method: 'DELETE',
    path: '/v1/accounts/{accountId}',
    args: { account },
    answer: nothing,
  },
  {
    words: 'accounts transfer',
    says: 'Move an account to another email or provider; the old one is blocked',
    method: 'POST',
    path: '/v1/accounts/{accountId}/transfer',
    args: { account },
    options: { email, provider, subject: providerSubject },
    answer: record,
  },
  action('accounts block', 'Block an account: denied at once', '/v1/accounts/{accountId}/block', { account }),
  action('accounts unblock', 'Lift a block', '/v1/accounts/{accountId}/unblock', { account }),
  {
    words: 'sign-ins record',
    says: 'Record that a person signed in',
    method: 'POST',
    path: '/v1/sign-ins',
    options: { email, provider, subject: providerSubject },
    answer: record,
  },
  { words: 'me', says: 'Who I am', method: 'GET', path: '/v1/me', answer: record },
];

const invitation = inPath('invitationId', 'The invitation: inv_…');
const ofInvitations = '/v1/organizations/{organizationId}/invitations';

export const invitations: ReadonlyArray<Operation> = [
  {
    words: 'invitations create',
    says: 'Invite somebody; the token is shown once',
    method: 'POST',
    path: ofInvitations,
    options: { organization, email },
    answer: record,
    secret: 'token',
  },
  {
    words: 'invitations list',
    says: 'List the invitations of an organization',
    method: 'GET',
    path: ofInvitations,
    options: { organization },
    answer: listOf('id', 'email', 'status', 'createdAt', 'expiresAt'),
  },
  {
    words: 'invitations show',
    says: 'Show an invitation',
    method: 'GET',
    path: `${ofInvitations}/{invitationId}`,
    args: { invitation },
    options: { organization },
    answer: record,
  },
  {
    words: 'invitations revoke',
    says: 'Take an invitation back',
    method: 'DELETE',
    path: `${ofInvitations}/{invitationId}`,
    args: { invitation },
    options: { organization },
    answer: nothing,
    repeats: true,
  },
  {
    words: 'invitations accept',
    says: 'Accept an invitation',
    method: 'POST',
    path: '/v1/invitations/accept',
    options: {
      'invitation-file': inBody('token', 'A file that holds the invitation’s token; - is stdin', {
        ...required,
        takes: 'secret-file',
      }),
    },
    answer: recordWith('accountId'),
  },
];

const serviceToken = inPath('serviceTokenId', 'The service token: svc_…');
const scopes = ['decisions', 'audit', 'identity', 'resources', 'act-as', 'replica', 'watch'] as const;

export const serviceTokens: ReadonlyArray<Operation> = [
  {
    words: 'service-tokens create',
    says: 'Make a service token; it is shown once',
    method: 'POST',
    path: '/v1/service-tokens',
    options: {
      name: inBody('name', 'What it is called', required),
      scopes: inBody('scopes', 'What it may, with commas between', { ...required, ...list, ...oneOf(...scopes) }),
      'expires-at': inBody('expiresAt', 'When it ends: an ISO time, or never', { clears: 'never' }),
      organizations: inBody('organizationIds', 'Only in these, with commas between, or in all', {
        ...list,
        clears: 'all',
      }),
    },
    answer: record,
    secret: 'token',
  },
  {
    words: 'service-tokens list',
    says: 'List service tokens',
    method: 'GET',
    path: '/v1/service-tokens',
    answer: listOf('id', 'name', 'scopes', 'organizationIds', 'expiresAt', 'createdAt'),
  },
  {
    words: 'service-tokens show',
    says: 'Show a service token, without its secret',
    method: 'GET',
    path: '/v1/service-tokens/{serviceTokenId}',
    args: { 'service-token': serviceToken },
    answer: record,
  },
  {
    words: 'service-tokens revoke',
    says: 'Revoke a service token, for good',
    method: 'DELETE',
    path: '/v1/service-tokens/{serviceTokenId}',
    args: { 'service-token': serviceToken },
    answer: nothing,
    repeats: true,
  },
];
