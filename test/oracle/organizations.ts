import type { Features, MembershipMethod, Past } from './operations.js';

export const organizationExists = (past: Past, organization: string): boolean =>
  past.some((done) => done.type === 'createOrganization' && done.organization === organization);

/** Every feature is off at birth; support turns it on, one organization at a time (PRJ-10, COL-16). */
export const hasFeature = (past: Past, organization: string, feature: keyof Features): boolean => {
  let on = false;
  for (const done of past) {
    if (done.type === 'setFeatures' && done.organization === organization) on = done[feature] ?? on;
  }
  return on;
};

/** ORG-07: one way in at a time, by invitation at birth. */
export const membershipMethodOf = (past: Past, organization: string): MembershipMethod => {
  let method: MembershipMethod = 'invitation';
  for (const done of past) {
    if (done.type === 'setMembershipMethod' && done.organization === organization) method = done.method;
  }
  return method;
};

export const isSuspended = (past: Past, organization: string): boolean => {
  let suspended = false;
  for (const done of past) {
    if (done.type === 'suspend' && done.organization === organization) suspended = true;
    if (done.type === 'resume' && done.organization === organization) suspended = false;
  }
  return suspended;
};
