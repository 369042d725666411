import { ChangeMemberRoleHandler, ProvisionMemberHandler, RemoveMemberHandler } from './commands/change-member.js';
import { OperateOrganizationHandler, RenameOrganizationHandler } from './commands/change-organization.js';
import { CreateOrganizationHandler } from './commands/create-organization.js';

export { ChangeMemberRole, ProvisionMember, RemoveMember } from './commands/change-member.js';
export { OperateOrganization, RenameOrganization } from './commands/change-organization.js';
export { CreateOrganization } from './commands/create-organization.js';
export type { MembershipFailure } from './domain/membership.decider.js';
export type { MemberDocument } from './projections/members.js';
export type { OrganizationDocument } from './projections/organizations.js';
export { Organizations } from './queries/organizations.js';

export const organizationHandlers = [
  CreateOrganizationHandler,
  OperateOrganizationHandler,
  RenameOrganizationHandler,
  ProvisionMemberHandler,
  ChangeMemberRoleHandler,
  RemoveMemberHandler,
];
