import { barredFromOrganization } from './barred.js';
import { IDENTITY, type Op, type Past, type Verdict } from './operations.js';
import { hasFeature, isSuspended, membershipMethodOf, organizationExists } from './organizations.js';
import {
  isActive,
  isBlocked,
  isDeleted,
  isRegistered,
  membershipOf,
  roleInOrganization,
  successorOf,
} from './people.js';
import { findProject } from './projects.js';

export const registerAccount = (past: Past, { account }: Op<'registerAccount'>): Verdict =>
  isRegistered(past, account) ? 'conflict' : 'done';

export const blockOrUnblock = (past: Past, { type, account }: Op<'blockAccount' | 'unblockAccount'>): Verdict => {
  if (!isRegistered(past, account) || isDeleted(past, account)) return 'not-found';
  if (type === 'unblockAccount' && successorOf(past, account) !== null) return 'conflict';
  return isBlocked(past, account) === (type === 'blockAccount') ? 'unchanged' : 'done';
};

/** DEL-08…11, by the operator: once, and a blocked one, too. */
export const transferAccount = (past: Past, { account, to }: Op<'transferAccount'>): Verdict => {
  if (!isRegistered(past, account) || isDeleted(past, account)) return 'not-found';
  return successorOf(past, account) !== null || isRegistered(past, to) ? 'conflict' : 'done';
};

/** DEL-01; an owner stays (DEL-05, ORG-04). */
export const deleteAccount = (past: Past, { by }: Op<'deleteAccount'>): Verdict => {
  if (!isActive(past, by)) return 'forbidden';
  return membershipOf(past, by)?.role === 'owner' ? 'conflict' : 'done';
};

export const createOrganization = (past: Past, operation: Op<'createOrganization'>): Verdict => {
  const { by, organization, defaultProject } = operation;
  if (!isActive(past, by)) return 'forbidden';
  if (membershipOf(past, by) !== null) return 'conflict';
  const taken = organizationExists(past, organization) || findProject(past, defaultProject) !== null;
  return taken ? 'conflict' : 'done';
};

export const setFeatures = (past: Past, operation: Op<'setFeatures'>): Verdict => {
  if (!organizationExists(past, operation.organization)) return 'not-found';
  for (const feature of ['multiProject', 'externalCollaborators', 'requireJoin'] as const) {
    const before = hasFeature(past, operation.organization, feature);
    if ((operation[feature] ?? before) !== before) return 'done';
  }
  return 'unchanged';
};

export const setMembershipMethod = (past: Past, operation: Op<'setMembershipMethod'>): Verdict => {
  if (!organizationExists(past, operation.organization)) return 'not-found';
  return membershipMethodOf(past, operation.organization) === operation.method ? 'unchanged' : 'done';
};

export const suspendOrResume = (past: Past, { type, organization }: Op<'suspend' | 'resume'>): Verdict => {
  if (!organizationExists(past, organization)) return 'not-found';
  return isSuspended(past, organization) === (type === 'suspend') ? 'unchanged' : 'done';
};

/** ORG-07, ORG-26: only single sign-on provisions. A person with a home organization can't be given a second (AMB-34). */
export const provisionMember = (past: Past, { organization, account }: Op<'provisionMember'>): Verdict => {
  if (!organizationExists(past, organization)) return 'not-found';
  if (membershipMethodOf(past, organization) !== 'sso') return 'conflict';
  if (!isActive(past, account)) return 'not-found';
  return membershipOf(past, account) === null ? 'done' : 'conflict';
};

/** AMB-33: the operator's, to a member who is there. */
export const transferOwnership = (past: Past, { organization, account }: Op<'transferOwnership'>): Verdict => {
  if (!organizationExists(past, organization) || !isActive(past, account)) return 'not-found';
  const role = roleInOrganization(past, account, organization);
  if (role === null) return 'not-found';
  return role === 'owner' ? 'unchanged' : 'done';
};

/** ORG-22; the owner stays the owner (ORG-04). */
export const changeMemberRole = (past: Past, operation: Op<'changeMemberRole'>): Verdict => {
  const { by, organization, account, role } = operation;
  const barred = barredFromOrganization(past, by, 'member:update-role', organization);
  if (barred !== null) return barred;
  const current = roleInOrganization(past, account, organization);
  if (current === null) return 'not-found';
  if (current === 'owner') return 'conflict';
  return current === role ? 'unchanged' : 'done';
};

/** ORG-17 by an admin, ORG-27 by the identity provider. */
export const removeMember = (past: Past, { by, organization, account }: Op<'removeMember'>): Verdict => {
  if (by === IDENTITY) {
    if (!organizationExists(past, organization)) return 'not-found';
    if (membershipMethodOf(past, organization) !== 'sso') return 'conflict';
  } else {
    const barred = barredFromOrganization(past, by, 'member:remove', organization);
    if (barred !== null) return barred;
  }
  const current = roleInOrganization(past, account, organization);
  if (current === null) return 'not-found';
  return current === 'owner' ? 'conflict' : 'done';
};
