import {
  account,
  action,
  flag,
  inBody,
  listOf,
  nothing,
  oneOf,
  type Operation,
  organization,
  record,
  recordWith,
  required,
} from './operation.js';

const one = '/v1/organizations/{organizationId}';
const newOwner = inBody('accountId', 'The account that owns it from now on: user_…', required);

export const organizations: ReadonlyArray<Operation> = [
  {
    words: 'organizations create',
    says: 'Found an organization, with its default project',
    method: 'POST',
    path: '/v1/organizations',
    options: { name: inBody('name', 'What it is called', required) },
    answer: record,
  },
  {
    words: 'organizations list',
    says: 'List organizations',
    method: 'GET',
    path: '/v1/organizations',
    answer: listOf('id', 'name', 'ownerId', 'status', 'membershipMethod', 'createdAt'),
  },
  {
    words: 'organizations show',
    says: 'Show an organization',
    method: 'GET',
    path: one,
    args: { organization },
    answer: record,
  },
  {
    words: 'organizations update',
    says: 'Rename an organization, or change its privacy',
    method: 'PATCH',
    path: one,
    args: { organization },
    options: {
      name: inBody('name', 'Its new name'),
      'store-prompts': inBody('privacy.storePrompts', 'Whether prompts are stored', flag),
      'training-opt-in': inBody('privacy.trainingOptIn', 'Whether they may be trained on', flag),
      'passthrough-models': inBody('privacy.passthroughModels', 'Whether models of others may be called', flag),
    },
    answer: record,
  },
  {
    words: 'organizations set-features',
    says: 'Switch features; what is left out stays',
    method: 'PUT',
    path: `${one}/features`,
    args: { organization },
    options: {
      'multi-project': inBody('multiProject', 'More than one project', flag),
      'external-collaborators': inBody('externalCollaborators', 'Collaborators from outside', flag),
      invitations: inBody('invitations', 'Invitations', flag),
      'require-join': inBody('requireJoin', 'Members join projects first', flag),
    },
    answer: record,
  },
  {
    words: 'organizations set-membership-method',
    says: 'Say how members come in',
    method: 'PUT',
    path: `${one}/membership-method`,
    args: { organization },
    options: {
      method: inBody('method', 'By invitation, or by single sign-on', { ...required, ...oneOf('invitation', 'sso') }),
    },
    answer: record,
  },
  action('organizations suspend', 'Suspend an organization: all but reading is denied', `${one}/suspend`, {
    organization,
  }),
  action('organizations resume', 'Resume a suspended organization', `${one}/resume`, { organization }),
  {
    words: 'organizations transfer-ownership',
    says: 'Give an organization another owner',
    method: 'POST',
    path: `${one}/transfer-ownership`,
    args: { organization },
    options: { account: newOwner },
    answer: record,
  },
];

export const members: ReadonlyArray<Operation> = [
  {
    words: 'members add',
    says: 'Provision a member, where members come by single sign-on',
    method: 'POST',
    path: `${one}/members`,
    options: { organization, account: inBody('accountId', 'The account: user_…', required) },
    answer: recordWith('accountId'),
  },
  {
    words: 'members list',
    says: 'List the members of an organization',
    method: 'GET',
    path: `${one}/members`,
    options: { organization },
    answer: listOf('accountId', 'email', 'name', 'role', 'joinedAt'),
  },
  {
    words: 'members show',
    says: 'Show a member',
    method: 'GET',
    path: `${one}/members/{accountId}`,
    args: { account },
    options: { organization },
    answer: recordWith('accountId'),
  },
  {
    words: 'members set-role',
    says: 'Give a member another role',
    method: 'PATCH',
    path: `${one}/members/{accountId}`,
    args: { account },
    options: {
      organization,
      role: inBody('role', 'The role', { ...required, ...oneOf('admin', 'member', 'developer', 'editor') }),
    },
    answer: recordWith('accountId'),
  },
  {
    words: 'members remove',
    says: 'Remove a member: their access ends in every project at once',
    method: 'DELETE',
    path: `${one}/members/{accountId}`,
    args: { account },
    options: { organization },
    answer: nothing,
  },
];
