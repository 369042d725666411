import * as t from 'io-ts';
import { AccountId, eventCodec, type EventOf, eventSchema, exact, MembershipMethod, ProjectId } from '#libs/kernel';

const nothing = () => eventSchema(exact({}));

const OrganizationCreated = eventSchema(exact({ name: t.string, ownerId: AccountId, defaultProjectId: ProjectId }));
const OrganizationRenamed = eventSchema(exact({ name: t.string }));
const MembershipMethodSelected = eventSchema(exact({ method: MembershipMethod }));

/** Stream `organization-<organizationId>`: settings, features, owner. Its members have streams of their own. */
export const organizationEvents = eventCodec({
  OrganizationCreated,
  OrganizationRenamed,
  MembershipMethodSelected,
  MultiProjectEnabled: nothing(),
  MultiProjectDisabled: nothing(),
  ExternalCollaboratorsBetaEnabled: nothing(),
  ExternalCollaboratorsBetaDisabled: nothing(),
  InvitationsEnabled: nothing(),
  InvitationsDisabled: nothing(),
  RequireJoinEnabled: nothing(),
  RequireJoinDisabled: nothing(),
  OrganizationSuspended: nothing(),
  OrganizationResumed: nothing(),
});
export type OrganizationEvent = EventOf<typeof organizationEvents>;
