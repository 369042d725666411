import * as t from 'io-ts';
import {
  AccountId,
  ApiKeyId,
  InvitationId,
  MembershipMethod,
  OrganizationId,
  OrganizationRole,
  ProjectId,
  Role,
  ServiceTokenId,
  Timestamp,
  Visibility,
} from '#libs/kernel';
import { Scope } from '#libs/service-tokens';

/*
 * What goes out, by the names of the contract. These say and do not check: what a controller answers is held to them by
 * the compiler, and over HTTP by the tests. A field that they do not have may come with a later version.
 */

/** Absent is `null`. */
export const orNull = <C extends t.Mixed>(codec: C) => t.union([codec, t.null]);

const person = { email: orNull(t.string), name: orNull(t.string) };

/** A page of a list. */
export const listOf = <C extends t.Mixed>(item: C) =>
  t.type(
    { items: t.readonlyArray(item), nextCursor: orNull(t.string), complete: t.boolean, position: t.string },
    `${item.name}List`,
  );

export const Account = t.type(
  {
    id: AccountId,
    ...person,
    provider: t.string,
    status: t.keyof({ active: null, blocked: null, deleted: null }),
    organizationId: orNull(OrganizationId),
    createdAt: Timestamp,
  },
  'Account',
);

export const Organization = t.type(
  {
    id: OrganizationId,
    name: t.string,
    ownerId: AccountId,
    defaultProjectId: ProjectId,
    legacyKeyId: orNull(ApiKeyId),
    features: t.type({
      multiProject: t.boolean,
      externalCollaborators: t.boolean,
      invitations: t.boolean,
      requireJoin: t.boolean,
    }),
    privacy: t.type({ storePrompts: t.boolean, trainingOptIn: t.boolean, passthroughModels: t.boolean }),
    membershipMethod: MembershipMethod,
    status: t.keyof({ active: null, suspended: null }),
    createdAt: Timestamp,
  },
  'Organization',
);

export const Member = t.type(
  { accountId: AccountId, ...person, role: OrganizationRole, joinedAt: Timestamp },
  'Member',
);

const invitation = {
  id: InvitationId,
  email: orNull(t.string),
  status: t.keyof({ pending: null, accepted: null, revoked: null, expired: null, superseded: null }),
  expiresAt: Timestamp,
  createdAt: Timestamp,
};

export const Invitation = t.type(invitation, 'Invitation');
/** The token is shown once: it is null where the answer is a replay. */
export const NewInvitation = t.type({ ...invitation, token: orNull(t.string) }, 'NewInvitation');

export const Project = t.type(
  {
    id: ProjectId,
    organizationId: OrganizationId,
    name: t.string,
    slug: t.string,
    visibility: Visibility,
    isDefault: t.boolean,
    allowExternalCollaborators: t.boolean,
    status: t.keyof({ active: null, archived: null }),
    createdAt: Timestamp,
  },
  'Project',
);

export const Collaborator = t.type(
  {
    accountId: AccountId,
    ...person,
    role: Role,
    kind: t.keyof({ member: null, external: null }),
    via: t.keyof({ row: null, 'org-role': null, 'default-project': null }),
    suspended: t.boolean,
    addedAt: Timestamp,
  },
  'Collaborator',
);

export const Permissions = t.type(
  {
    projectId: ProjectId,
    role: orNull(Role),
    kind: t.keyof({ member: null, external: null }),
    suspended: t.boolean,
    permissions: t.readonlyArray(t.string),
  },
  'Permissions',
);

const serviceToken = {
  id: ServiceTokenId,
  name: t.string,
  scopes: t.readonlyArray(Scope),
  organizationIds: orNull(t.readonlyArray(OrganizationId)),
  expiresAt: orNull(Timestamp),
  createdAt: Timestamp,
  revokedAt: orNull(Timestamp),
};

export const ServiceToken = t.type(serviceToken, 'ServiceToken');
/** The token is shown once: it is null where the answer is a replay. */
export const NewServiceToken = t.type({ ...serviceToken, token: orNull(t.string) }, 'NewServiceToken');

const Actor = t.union(
  [
    t.type({ type: t.literal('user'), id: AccountId }),
    t.type({ type: t.literal('service'), id: ServiceTokenId }),
    t.type({ type: t.keyof({ operator: null, system: null }) }),
  ],
  'Actor',
);

export const AuditEvent = t.type(
  {
    id: t.string,
    position: t.string,
    type: t.string,
    at: Timestamp,
    actor: Actor,
    via: orNull(Actor),
    requestId: t.string,
    organizationId: orNull(OrganizationId),
    projectId: orNull(ProjectId),
    data: t.UnknownRecord,
  },
  'AuditEvent',
);
