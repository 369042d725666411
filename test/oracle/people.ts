import type { OrganizationRole, Past } from './operations.js';

export const isRegistered = (past: Past, account: string): boolean =>
  past.some(
    (done) =>
      (done.type === 'registerAccount' && done.account === account) ||
      (done.type === 'transferAccount' && done.to === account),
  );

/** DEL-11: for good; the account that a person has in its place. */
export const successorOf = (past: Past, account: string): string | null => {
  for (const done of past) if (done.type === 'transferAccount' && done.account === account) return done.to;
  return null;
};

export const isBlocked = (past: Past, account: string): boolean => {
  let blocked = false;
  for (const done of past) {
    if (done.type === 'blockAccount' && done.account === account) blocked = true;
    if (done.type === 'unblockAccount' && done.account === account) blocked = false;
    if (done.type === 'transferAccount' && done.account === account) blocked = true;
  }
  return blocked;
};

/** By themself, and for good (DEL-01, DEL-03); with it the accounts that they had before. */
export const isDeleted = (past: Past, account: string): boolean => {
  if (past.some((done) => done.type === 'deleteAccount' && done.by === account)) return true;
  const successor = successorOf(past, account);
  return successor !== null && isDeleted(past, successor);
};

/** There is such a person, and they may act or be added to something (AMB-29). */
export const isActive = (past: Past, account: string): boolean =>
  isRegistered(past, account) && !isBlocked(past, account) && !isDeleted(past, account);

interface Membership {
  readonly organization: string;
  readonly role: OrganizationRole;
}

/**
 * A person has one home organization or none (AMB-34). Whoever creates one owns it (ORG-03, ORG-04), until it is given to
 * another member: then they are an admin of it (AMB-33).
 */
export const membershipOf = (past: Past, account: string): Membership | null => {
  let membership: Membership | null = null;
  for (const [index, done] of past.entries()) {
    if (done.type === 'createOrganization' && done.by === account) {
      membership = { organization: done.organization, role: 'owner' };
    }
    if (done.type === 'provisionMember' && done.account === account) {
      membership = { organization: done.organization, role: 'member' };
    }
    if (done.type === 'changeMemberRole' && done.account === account) {
      membership = { organization: done.organization, role: done.role };
    }
    if (done.type === 'removeMember' && done.account === account) membership = null;
    if (done.type === 'deleteAccount' && done.by === account) membership = null;
    if (done.type === 'transferAccount' && done.account === account) membership = null;
    if (done.type === 'transferAccount' && done.to === account) {
      membership = membershipOf(past.slice(0, index), done.account);
    }
    if (done.type === 'transferOwnership' && done.organization === membership?.organization) {
      if (membership.role === 'owner') membership = { organization: done.organization, role: 'admin' };
      if (done.account === account) membership = { organization: done.organization, role: 'owner' };
    }
  }
  return membership;
};

export const roleInOrganization = (past: Past, account: string, organization: string): OrganizationRole | null => {
  const membership = membershipOf(past, account);
  return membership?.organization === organization ? membership.role : null;
};

/** Organization owners and admins are admins of every project without being added to it (COL-06, AMB-04). */
export const runsOrganization = (past: Past, account: string, organization: string): boolean => {
  const role = roleInOrganization(past, account, organization);
  return role === 'owner' || role === 'admin';
};
