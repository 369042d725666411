import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { notFound, type OrganizationId, type ProjectId, type Role } from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { type Founding, membership, type MembershipCommand } from './membership.decider.js';
import type { MembershipEvent } from './membership.events.js';

const given = specify(membership);
const [acme, zeta] = ['org_acme', 'org_zeta'] as [OrganizationId, OrganizationId];

const founding = (organizationId: OrganizationId): Founding => ({
  organizationId,
  organizationName: 'Acme',
  defaultProjectId: 'proj_default' as ProjectId,
});
const found = (organizationId: OrganizationId): MembershipCommand => ({
  type: 'FoundOrganization',
  founding: founding(organizationId),
});
const provision = (organizationId: OrganizationId): MembershipCommand => ({
  type: 'ProvisionMember',
  organizationId,
  method: 'sso',
});
const change = (organizationId: OrganizationId, role: Role): MembershipCommand => ({
  type: 'ChangeMemberRole',
  organizationId,
  role,
});
const remove = (organizationId: OrganizationId): MembershipCommand => ({ type: 'RemoveMember', organizationId });

const owns = (organizationId: OrganizationId): MembershipEvent => ({
  type: 'OwnerAssigned',
  data: founding(organizationId),
});
const joined = (organizationId: OrganizationId): MembershipEvent => ({
  type: 'MemberProvisioned',
  data: { organizationId, role: 'member' },
});
const became = (organizationId: OrganizationId, role: Role): MembershipEvent => ({
  type: 'MemberRoleChanged',
  data: { organizationId, role },
});
const left = (organizationId: OrganizationId): MembershipEvent => ({ type: 'MemberRemoved', data: { organizationId } });

describe('founding an organization', () => {
  it('ORG-03: makes its founder the owner', () => given().when(found(acme)).then(owns(acme)));
  it('AMB-34: is refused to who has a home already', () => {
    given(joined(zeta)).when(found(acme)).refuses({ _tag: 'MemberElsewhere' });
    given(owns(zeta)).when(found(acme)).refuses({ _tag: 'MemberElsewhere' });
    given(owns(acme)).when(found(acme)).refuses({ _tag: 'AlreadyMember' });
  });
  it('is open again to who has left', () => given(joined(zeta), left(zeta)).when(found(acme)).then(owns(acme)));
});

describe('provisioning a member', () => {
  it('ORG-26, AMB-31: gives the role member', () => given().when(provision(acme)).then(joined(acme)));
  it('ORG-07: is refused unless the method is single sign-on', () =>
    given()
      .when({ type: 'ProvisionMember', organizationId: acme, method: 'invitation' })
      .refuses({ _tag: 'MembershipMethod', method: 'invitation' }));
  it('AMB-30: of who is a member is refused', () => {
    given(joined(acme)).when(provision(acme)).refuses({ _tag: 'AlreadyMember' });
    given(owns(acme)).when(provision(acme)).refuses({ _tag: 'AlreadyMember' });
  });
  it('AMB-34: of who is at home elsewhere is refused', () =>
    given(joined(zeta)).when(provision(acme)).refuses({ _tag: 'MemberElsewhere' }));
  it('ORG-21: works again after a removal, with role member whatever it was', () =>
    given(joined(acme), became(acme, 'admin'), left(acme)).when(provision(acme)).then(joined(acme)));
});

describe("changing a member's role", () => {
  it('ORG-22: is recorded, up and down', () => {
    given(joined(acme)).when(change(acme, 'admin')).then(became(acme, 'admin'));
    given(joined(acme), became(acme, 'admin')).when(change(acme, 'member')).then(became(acme, 'member'));
  });
  it('AMB-28: to the role already held is no new event', () => {
    given(joined(acme)).when(change(acme, 'member')).changesNothing();
    given(joined(acme), became(acme, 'admin')).when(change(acme, 'admin')).changesNothing();
  });
  it('ORG-04, PRM-13: never touches the owner, not even to admin', () => {
    given(owns(acme)).when(change(acme, 'member')).refuses({ _tag: 'OwnerUntouchable' });
    given(owns(acme)).when(change(acme, 'admin')).refuses({ _tag: 'OwnerUntouchable' });
  });
  it('AMB-16: of no member here is not found, wherever else they may be', () => {
    given().when(change(acme, 'admin')).refuses(notFound('member'));
    given(joined(zeta)).when(change(acme, 'admin')).refuses(notFound('member'));
    given(owns(zeta)).when(change(acme, 'admin')).refuses(notFound('member'));
    given(joined(acme), left(acme)).when(change(acme, 'admin')).refuses(notFound('member'));
  });
});

describe('removing a member', () => {
  it('ORG-17: is recorded, for admins too', () => {
    given(joined(acme)).when(remove(acme)).then(left(acme));
    given(joined(acme), became(acme, 'admin')).when(remove(acme)).then(left(acme));
  });
  it('ORG-04, PRM-13: never touches the owner', () =>
    given(owns(acme)).when(remove(acme)).refuses({ _tag: 'OwnerUntouchable' }));
  it('AMB-16: of no member here is not found, wherever else they may be', () => {
    given().when(remove(acme)).refuses(notFound('member'));
    given(joined(zeta)).when(remove(acme)).refuses(notFound('member'));
    given(owns(zeta)).when(remove(acme)).refuses(notFound('member'));
    given(joined(acme), left(acme)).when(remove(acme)).refuses(notFound('member'));
  });
});

const where = fc.constantFrom(acme, zeta);
const anyCommand = fc.oneof(
  where.map(found),
  where.map(provision),
  where.map(remove),
  fc.tuple(where, fc.constantFrom<Role>('admin', 'member')).map(([id, role]) => change(id, role)),
);

it('may be retried at will', () => repeatable(membership, anyCommand));
