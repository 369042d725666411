import type { AccountFailure, EmailTaken, IdentityTaken, VaultFailure } from '#libs/accounts';
import type { Refusal } from '#libs/authorization';
import type { StaleRevision } from '#libs/event-store';
import type { InvitationFailure, InvitingFailure, MembershipFailure, OrganizationFailure } from '#libs/organizations';
import type { CollaboratorFailure, ProjectFailure, SlugTaken } from '#libs/projects';
import type { ServiceTokenFailure } from '#libs/service-tokens';
import { type KeyFailure, keyProblems } from './key.catalogue.js';
import type { Rows } from './problem.js';

/** What the features refuse, besides what the protocol itself has a row for. */
export type FeatureFailure = Exclude<
  | AccountFailure
  | EmailTaken
  | IdentityTaken
  | VaultFailure
  | KeyFailure
  | MembershipFailure
  | InvitationFailure
  | InvitingFailure
  | OrganizationFailure
  | CollaboratorFailure
  | ProjectFailure
  | SlugTaken
  | ServiceTokenFailure
  | StaleRevision
  | NameLooksLikeKey,
  Refusal | { readonly _tag: 'VaultUnavailable' }
>;

/** A secret in a name would be kept, listed and exported with it. */
export interface NameLooksLikeKey {
  readonly _tag: 'NameLooksLikeKey';
  readonly field: string;
}

export const featureProblems = {
  ...keyProblems,
  EmailTaken: {
    status: 409,
    title: 'The email is taken',
    detail: 'An account has, or had, this email. Sign in with it, or register another address.',
  },
  IdentityTaken: {
    status: 409,
    title: 'The identity is taken',
    detail: 'This subject of this provider is linked to an account already, for good.',
  },
  AccountBlocked: {
    status: 409,
    title: 'The account is blocked',
    detail: 'Nobody signs in to a blocked account. The operator unblocks it, unless it was transferred.',
  },
  AccountTransferred: {
    status: 409,
    title: 'The account was transferred',
    detail: 'Another account has taken this one’s place, for good. Use that one.',
  },
  SignInMethodMismatch: {
    status: 409,
    title: 'Not how this account is signed in to',
    // ACC-04 has it literally.
    detail: 'This email is already linked to another sign-in method.',
  },
  ProviderRetired: {
    status: 409,
    title: 'The provider is retired',
    detail: 'Nobody signs in through it any more. Sign in with Google or GitHub, under the same email.',
  },
  InvitationNotPending: {
    status: 409,
    title: 'The invitation is not pending',
    detail: ({ invitation }) => `This invitation is ${invitation}. Ask for a new one.`,
  },
  NotTheOwner: {
    status: 409,
    title: 'The ownership moved meanwhile',
    detail: 'Another transfer of this organization came first. Read it again, and decide afresh.',
  },
  CorruptBox: {
    status: 500,
    title: 'A stored value could not be read',
    detail:
      'Nothing is answered from what cannot be read whole. The operator finds it in the log under this request id.',
  },
  AlreadyMember: {
    status: 409,
    title: 'Already a member',
    detail: 'This person is a member of this organization already.',
  },
  MemberElsewhere: {
    status: 409,
    title: 'A member of another organization',
    detail: 'A person has one home organization. They have to leave theirs first.',
  },
  MembershipMethod: {
    status: 409,
    title: 'Not how this organization takes its members',
    detail: ({ method }) =>
      `This organization’s membership method is "${method}". Its members come and go by that method alone, until the operator selects the other.`,
  },
  OwnerUntouchable: {
    status: 409,
    title: 'The owner stays',
    detail: 'The owner can be neither removed nor given another role. Transfer the ownership first.',
  },
  NoSuchPerson: {
    status: 404,
    title: 'No such person',
    detail:
      'Nobody of this email can be added here. They need an account, and a place in the organization or a project that takes externals.',
  },
  AlreadyCollaborator: {
    status: 409,
    title: 'Already a collaborator',
    detail: 'This person is in the project already. Change their role instead.',
  },
  DefaultProjectMembershipImplicit: {
    status: 409,
    title: 'Every member is in the default project',
    detail:
      'A member of the organization cannot be removed from its default project. Remove them from the organization.',
  },
  RoleDerived: {
    status: 409,
    title: 'The role comes from the organization',
    detail: 'This person is an admin of every project by their role in the organization. Change that role first.',
  },
  DefaultProjectUntouchable: {
    status: 409,
    title: 'The default project stays',
    detail: 'An organization always has its default project: it can’t be archived.',
  },
  FeatureOff: {
    status: 409,
    title: 'The feature is off',
    detail: ({ feature }) => `"${feature}" is switched off for this organization. The operator switches it on.`,
  },
  SlugTaken: {
    status: 409,
    title: 'The slug is taken',
    detail: 'A project has, or had, this slug. Choose another, or leave it out to have one made.',
  },
  StaleRevision: {
    status: 412,
    title: 'It has changed since it was read',
    detail: 'The If-Match tag is not the current one. Read the thing again, and decide afresh.',
  },
  NameLooksLikeKey: {
    status: 422,
    title: 'The name looks like a secret',
    detail: ({ field }) =>
      `"${field}" holds something of the shape of a key. Names are kept and shown: give one without a secret in it.`,
  },
} satisfies Rows<FeatureFailure>;
