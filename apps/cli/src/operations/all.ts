import { audit } from './audit.js';
import { decisions } from './decisions.js';
import { imports } from './imports.js';
import { keys, legacyKeys } from './keys.js';
import type { Operation } from './operation.js';
import { members, organizations } from './organizations.js';
import { accounts, invitations, serviceTokens } from './people.js';
import { collaborators, projects, resources } from './projects.js';
import { serverOperations } from './server.js';

/** What stands before the word that says what is done. */
export const nouns: Readonly<Record<string, string>> = {
  keys: 'Keys of projects',
  'legacy-key': 'The one key of an organization from before there were projects',
  peppers: 'Secrets that digests of imported keys were made with',
  projects: 'Projects',
  collaborators: 'Who works on a project',
  organizations: 'Organizations',
  members: 'Who belongs to an organization',
  invitations: 'Invitations to an organization',
  accounts: 'Accounts of people',
  'sign-ins': 'How people sign in',
  'service-tokens': 'Credentials of other services',
  resources: 'Resources of projects, as far as they are registered',
  'support-matrix': 'Which kinds of resources take keys, and people',
  audit: 'What was done, who could do what, and why',
};

/** Every operation of the API. test/e2e/cli.e2e.spec.ts holds it against the served document. */
export const operations: ReadonlyArray<Operation> = [
  ...decisions,
  ...keys,
  ...legacyKeys,
  ...imports,
  ...projects,
  ...collaborators,
  ...organizations,
  ...members,
  ...invitations,
  ...accounts,
  ...serviceTokens,
  ...resources,
  ...audit,
  ...serverOperations,
];
