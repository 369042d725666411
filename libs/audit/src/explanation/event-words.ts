import type { DecidingEvent } from '#libs/authorization';
import type { OrganizationRole, Role } from '#libs/kernel';
import { manyOf, oneOf } from './action-words.js';
import type { AnyCited, Cited } from './cited.js';
import type { Names } from './names.js';
import { timeInWords } from './words.js';

type Typed<T extends DecidingEvent['type']> = Cited<Extract<DecidingEvent, { type: T }>>;

/** Any type that a decision may cite; what the rest would have to tell takes nothing away and gives nothing. */
export type CitedType = Exclude<
  DecidingEvent['type'],
  | 'AccountRegistered'
  | 'AccountUnblocked'
  | 'SignInSucceeded'
  | 'SignInRejected'
  | 'SignInProviderRelinked'
  | 'AccountTransferred'
  | 'AccountTransferUndone'
  | 'AccountTakenOver'
  | 'MembershipClosed'
  | 'OrganizationCreated'
  | 'OrganizationRenamed'
  | 'MembershipMethodSelected'
  | 'PrivacySettingsUpdated'
  | 'OwnershipTransferred'
  | 'MultiProjectEnabled'
  | 'MultiProjectDisabled'
  | 'InvitationsEnabled'
  | 'InvitationsDisabled'
  | 'OrganizationResumed'
  | 'ProjectRenamed'
  | 'ProjectSlugChanged'
  | 'ProjectUnarchived'
  | 'KeyRenamed'
  | 'LegacyKeyRevealed'
  | 'ResourceRenamed'
>;

const roles: Readonly<Record<OrganizationRole, string>> = { owner: 'the owner', admin: 'an admin', member: 'a member' };
/** By the person whom the stream is about. */
const bySelf = ({ actor, id }: AnyCited): boolean => actor.type === 'user' && actor.id === id;

const asRole = (role: Role): string => roles[role];

const visibilities = {
  open: 'open: every member of the organization can find and join it',
  closed: 'closed: every member of the organization can find it, and nobody can join by themselves',
  private: 'private: only its collaborators and the admins of the organization can find it',
} as const;

/** What happened, after the name of who did it. */
type Tellers = { readonly [T in CitedType]: (cited: Typed<T>, names: Names) => string };

const tellers: Tellers = {
  AccountBlocked: ({ id }, names) => `blocked the account of ${names.person(id)}`,
  AccountDeleted: (cited, names) =>
    bySelf(cited) ? 'deleted their account' : `deleted the account of ${names.person(cited.id)}`,
  OwnerAssigned: (cited, names) => {
    const founded = `founded ${names.organization(cited.event.data.organizationId)}`;
    return bySelf(cited) ? `${founded} and became its owner` : `${founded} for ${names.person(cited.id)}, its owner`;
  },
  MemberProvisioned: ({ id, event: { data } }, names) =>
    `made ${names.person(id)} ${asRole(data.role)} of ${names.organization(data.organizationId)}`,
  MemberJoined: (cited, names) => {
    const { role, organizationId } = cited.event.data;
    const there = `${asRole(role)} of ${names.organization(organizationId)}`;
    return bySelf(cited)
      ? `accepted an invitation and became ${there}`
      : `made ${names.person(cited.id)} ${there}, as invited`;
  },
  MemberRoleChanged: ({ id, event: { data } }, names) =>
    `made ${names.person(id)} ${asRole(data.role)} of ${names.organization(data.organizationId)}`,
  MemberRemoved: ({ id, event: { data } }, names) =>
    `ended the membership of ${names.person(id)} in ${names.organization(data.organizationId)}${ends[data.because]}`,
  OwnershipReceived: ({ id, event: { data } }, names) =>
    `made ${names.person(id)} the owner of ${names.organization(data.organizationId)}`,
  OwnershipGivenUp: ({ id, event: { data } }, names) =>
    `passed the ownership of ${names.organization(data.organizationId)} on, which left ${names.person(id)} an admin of it`,
  MembershipPassedOn: ({ id, event: { data } }, names) =>
    `moved the membership of ${names.person(id)} in ${names.organization(data.organizationId)} to the account of ${names.person(data.to)}`,
  MembershipTakenOver: ({ id, event: { data } }, names) =>
    `made ${names.person(id)} ${data.role === 'owner' ? 'an admin' : asRole(data.role)} of ${names.organization(data.organizationId)}, in place of ${names.person(data.from)}`,
  ExternalCollaboratorsBetaEnabled: ({ id }, names) => `let ${names.organization(id)} have external collaborators`,
  ExternalCollaboratorsBetaDisabled: ({ id }, names) =>
    `no longer let ${names.organization(id)} have external collaborators`,
  RequireJoinEnabled: ({ id }, names) =>
    `set for ${names.organization(id)} that its admins have to join a project before they are at home in it`,
  RequireJoinDisabled: ({ id }, names) =>
    `set for ${names.organization(id)} that its admins need not join a project to be at home in it`,
  OrganizationSuspended: ({ id }, names) => `suspended ${names.organization(id)}`,
  DefaultProjectCreated: ({ id }, names) => `created ${names.project(id)}`,
  ProjectCreated: ({ id }, names) => `created ${names.project(id)}`,
  ProjectVisibilityChanged: ({ id, event: { data } }, names) =>
    `made ${names.project(id)} ${visibilities[data.visibility]}`,
  ExternalCollaboratorsAllowed: ({ id }, names) => `let external collaborators into ${names.project(id)}`,
  ExternalCollaboratorsDisallowed: ({ id }, names) => `shut ${names.project(id)} to external collaborators`,
  ProjectArchived: ({ id }, names) => `archived ${names.project(id)}`,
  CollaboratorAdded: ({ event: { data } }, names) =>
    `added ${names.person(data.accountId)} to ${names.project(data.projectId)} as ${asRole(data.role)}`,
  ExternalCollaboratorAdded: ({ event: { data } }, names) =>
    `added ${names.person(data.accountId)} to ${names.project(data.projectId)} as an external collaborator${warned(data, names)}`,
  CollaboratorRoleChanged: ({ event: { data } }, names) =>
    `made ${names.person(data.accountId)} ${asRole(data.role)} in ${names.project(data.projectId)}`,
  CollaboratorRemoved: ({ event: { data } }, names) =>
    `removed ${names.person(data.accountId)} from ${names.project(data.projectId)}`,
  ProjectJoined: ({ event: { data } }, names) => `joined ${names.project(data.projectId)} as ${asRole(data.role)}`,
  ProjectLeft: ({ event: { data } }, names) => `left ${names.project(data.projectId)}`,
  KeyCreated: ({ id, event: { data } }, names) =>
    `made ${names.key(id)} in ${names.project(data.projectId)}${data.expiresAt === null ? '' : `, to end on ${timeInWords(data.expiresAt)}`}`,
  KeyImported: ({ id, event: { data } }, names) =>
    `brought ${names.key(id)} from another system into ${names.project(data.projectId)}${data.expiresAt === null ? '' : `, to end on ${timeInWords(data.expiresAt)}`}`,
  KeyExpirationSet: ({ id, event: { data } }, names) =>
    `set that ${names.key(id)} ends on ${timeInWords(data.expiresAt)}`,
  KeyExpirationCanceled: ({ id }, names) => `set that ${names.key(id)} does not end by itself`,
  KeyRevoked: ({ id }, names) => `revoked ${names.key(id)}`,
  KeyReplaced: ({ id, at, event: { data } }, names) =>
    `put ${names.key(data.replacedBy)} in the place of ${names.key(id)}${data.endsAt > at ? `, which went on until ${timeInWords(data.endsAt)}` : ', which ended it'}`,
  LegacyKeyIssued: ({ event: { data } }, names) =>
    `issued the legacy key of ${names.organization(data.organizationId)}`,
  LegacyKeyImported: ({ event: { data } }, names) =>
    `brought the legacy key of ${names.organization(data.organizationId)} from another system`,
  LegacyKeyRegenerated: ({ event: { data } }, names) =>
    `gave the legacy key of ${names.organization(data.organizationId)} a new secret, which ended the one before it`,
  ResourceRegistered: ({ event: { data } }, names) =>
    `registered ${oneOf({ type: data.kind, id: data.resourceId })} in ${names.project(data.projectId)}`,
  ResourceRemoved: ({ event: { data } }, names) =>
    `removed ${oneOf({ type: data.kind, id: data.resourceId })} from ${names.project(data.projectId)}`,
  SupportMatrixRevised: ({ event: { data } }) => {
    const without = data.rows.filter(({ ui }) => ui === null).map(({ kind }) => manyOf(kind));
    return `said anew how each kind of resource can be used${without.length === 0 ? '' : `: ${without.join(', ')} have no user interface`}`;
  },
};

/** AMB-08. Of who was added before that was written down, the project itself says it. */
const warned = (
  { projectId, isDefaultProject }: Typed<'ExternalCollaboratorAdded'>['event']['data'],
  names: Names,
): string =>
  (isDefaultProject ?? names.isDefaultProject(projectId))
    ? '; mind that to the default project every member of the organization belongs'
    : '';

const ends = {
  removed: '',
  deprovisioned: ', as its identity provider no longer knew them',
  'account-deleted': ', as the account was being deleted',
} as const;

const isCited = (type: DecidingEvent['type']): type is CitedType => Object.hasOwn(tellers, type);

/** Who did what when: `On 2 March 2026 at 10:31:07 UTC, “Ann” revoked the key …`. */
export const eventInWords = (cited: AnyCited, names: Names): string => {
  const { type } = cited.event;
  // The table says by its type that each teller takes what it is kept under.
  const teller = isCited(type) ? (tellers[type] as (cited: AnyCited, names: Names) => string) : undefined;
  const what = teller?.(cited, names) ?? 'changed something else';
  return `On ${timeInWords(cited.at)}, ${names.actor(cited.actor, cited.via)} ${what}.`;
};
