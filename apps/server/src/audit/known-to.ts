import { type Facts, isHere } from '#libs/authorization';
import type { AccountId, ApiKeyId, OrganizationId, ProjectId } from '#libs/kernel';
import type { Within } from './audit-access.js';
import type { ProposedCommand } from './proposed-command.js';

/** Ids that are never made, since those that are made are longer. */
const nobodys = {
  organizationId: 'org_nobody' as OrganizationId,
  projectId: 'proj_nobody' as ProjectId,
  accountId: 'user_nobody' as AccountId,
  keyId: 'key_nobody' as ApiKeyId,
};

/**
 * The command as it is to whoever knows these facts and no others: an id that they cannot know of is one that nobody has. So it comes
 * to the same end as any id that somebody invented, and nothing tells the two apart. Who has left is nobody's to wonder about: the
 * rules look at what became of them since.
 */
export const asKnownTo = (facts: Facts, command: ProposedCommand, within: Within): ProposedCommand => {
  const named: { readonly [Name in keyof typeof nobodys]?: string } & { readonly type: string } = command;
  const { organizationId, projectId, accountId, keyId } = named;
  const isKnown = (id: string): boolean =>
    within === null ? facts.account(id) !== undefined : isHere(facts, id, projectId);
  return {
    ...command,
    ...(organizationId !== undefined && facts.organization(organizationId) === undefined
      ? { organizationId: nobodys.organizationId }
      : {}),
    ...(projectId !== undefined && facts.project(projectId) === undefined ? { projectId: nobodys.projectId } : {}),
    ...(accountId !== undefined && !isKnown(accountId) ? { accountId: nobodys.accountId } : {}),
    ...(keyId !== undefined && facts.key(keyId) === undefined ? { keyId: nobodys.keyId } : {}),
  };
};
