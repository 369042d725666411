import * as t from 'io-ts';
import { AccountId, ApiKeyId, ExactObject, exactWith, OrganizationId, ProjectId, Visibility } from '#libs/kernel';
import { ResourceId } from '#libs/resources';
import { IsoTime, RoleName } from '../http/fields.js';
import { GivenSupportRow, ResourceKind } from '../openapi/resource-shapes.js';
import { chosen } from './chosen.js';

/** `as`: the person who would do it; left out, the operator. */
const command = <Type extends string, Needed extends t.Props, Optional extends t.Props>(
  type: Type,
  needed: Needed,
  optional: Optional,
) => exactWith({ type: t.literal(type), ...needed }, { ...optional, as: AccountId });

const inOrganization = { organizationId: OrganizationId };
const inProject = { projectId: ProjectId };
const aKey = { keyId: ApiKeyId };
const aPerson = { accountId: AccountId };
const aMember = { ...inOrganization, ...aPerson };
const aCollaborator = { ...inProject, ...aPerson };
const aResource = { ...inProject, kind: ResourceKind, resourceId: ResourceId };

/** In the words of the API. What makes a secret, or has to do with personal data, is not offered. */
const commands = [
  command('provision-member', aMember, {}),
  command('change-member-role', { ...aMember, role: RoleName }, {}),
  command('remove-member', aMember, {}),
  command('transfer-ownership', aMember, {}),
  command('set-features', inOrganization, {
    multiProject: t.boolean,
    externalCollaborators: t.boolean,
    invitations: t.boolean,
    requireJoin: t.boolean,
  }),
  command('suspend-organization', inOrganization, {}),
  command('resume-organization', inOrganization, {}),
  command('add-collaborator', aCollaborator, {}),
  command('change-collaborator-role', { ...aCollaborator, role: RoleName }, {}),
  command('remove-collaborator', aCollaborator, {}),
  command('join-project', inProject, {}),
  command('leave-project', inProject, {}),
  command('change-project', inProject, { visibility: Visibility, allowExternalCollaborators: t.boolean }),
  command('archive-project', inProject, {}),
  command('unarchive-project', inProject, {}),
  command('change-key', { ...aKey, expiresAt: t.union([IsoTime, t.null]) }, {}),
  command('revoke-key', aKey, {}),
  command('register-resource', aResource, {}),
  command('remove-resource', aResource, {}),
  command('block-account', aPerson, {}),
  command('unblock-account', aPerson, {}),
  command('revise-support-matrix', { rows: t.readonlyArray(GivenSupportRow) }, {}),
] as const;

const typeOf = (member: t.Mixed): unknown => {
  const type: t.Mixed | undefined = member instanceof ExactObject ? member.required['type'] : undefined;
  return type instanceof t.LiteralType ? type.value : undefined;
};

const types: Readonly<Record<string, null>> = Object.fromEntries(commands.map((each) => [String(typeOf(each)), null]));

export const ProposedCommand = chosen(
  [...commands],
  ({ type }, member) => typeOf(member) === type,
  t.type({ type: t.keyof(types) }),
);
export type ProposedCommand = t.TypeOf<typeof ProposedCommand>;
