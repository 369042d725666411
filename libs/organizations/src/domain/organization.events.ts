import * as t from 'io-ts';
import {
  AccountId,
  eventCodec,
  type EventOf,
  eventSchema,
  exact,
  MembershipMethod,
  Privacy,
  ProjectId,
} from '#libs/kernel';

const nothing = () => eventSchema(exact({}));

const OrganizationCreated = eventSchema(exact({ name: t.string, ownerId: AccountId, defaultProjectId: ProjectId }));
const OrganizationRenamed = eventSchema(exact({ name: t.string }));
const MembershipMethodSelected = eventSchema(exact({ method: MembershipMethod }));
const PrivacySettingsUpdated = eventSchema(Privacy);
const OwnershipTransferred = eventSchema(exact({ from: AccountId, to: AccountId }));

/** Stream `organization-<organizationId>`: settings, features, owner. Its members have streams of their own. */
export const organizationEvents = eventCodec({
  OrganizationCreated,
  OrganizationRenamed,
  MembershipMethodSelected,
  PrivacySettingsUpdated,
  OwnershipTransferred,
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
