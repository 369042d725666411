import { AcceptInvitationHandler } from './commands/accept-invitation.js';
import { ChangeMemberRoleHandler, ProvisionMemberHandler, RemoveMemberHandler } from './commands/change-member.js';
import { OperateOrganizationHandler, UpdateOrganizationHandler } from './commands/change-organization.js';
import { CreateOrganizationHandler } from './commands/create-organization.js';
import { InviteMemberHandler } from './commands/invite-member.js';
import { RevokeInvitationHandler } from './commands/revoke-invitation.js';
import { TransferOwnershipHandler } from './commands/transfer-ownership.js';

export { AcceptInvitation } from './commands/accept-invitation.js';
export {
  ChangeMemberRole,
  ChangeMemberRoleHandler,
  ProvisionMember,
  ProvisionMemberHandler,
  RemoveMember,
  RemoveMemberHandler,
} from './commands/change-member.js';
export { OperateOrganization, OperateOrganizationHandler, UpdateOrganization } from './commands/change-organization.js';
export { CreateOrganization } from './commands/create-organization.js';
export { finishJoin, finishOrganization, finishOwnership } from './commands/finish.js';
export { handOver, type HandoverFailure } from './commands/hand-over.js';
export { InvitationTokens } from './commands/invitation-tokens.js';
export { InviteMember, type InvitingFailure } from './commands/invite-member.js';
export { RevokeInvitation } from './commands/revoke-invitation.js';
export { TransferOwnership, TransferOwnershipHandler } from './commands/transfer-ownership.js';
export { type InvitationFailure, type InvitationStatus, isLapsed } from './domain/invitation.decider.js';
export { homeOf, membership, type MembershipFailure } from './domain/membership.decider.js';
export type { OrganizationFailure } from './domain/organization.decider.js';
export type { InvitationDocument } from './projections/invitations.js';
export type { MemberDocument } from './projections/members.js';
export type { OrganizationDocument } from './projections/organizations.js';
export { Invitations } from './queries/invitations.js';
export { Organizations } from './queries/organizations.js';
export { UnfinishedFoundings, UnfinishedHandovers, UnfinishedJoins } from './queries/unfinished.js';

export const organizationHandlers = [
  CreateOrganizationHandler,
  OperateOrganizationHandler,
  UpdateOrganizationHandler,
  TransferOwnershipHandler,
  ProvisionMemberHandler,
  ChangeMemberRoleHandler,
  RemoveMemberHandler,
  InviteMemberHandler,
  RevokeInvitationHandler,
  AcceptInvitationHandler,
];
