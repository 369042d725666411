import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AccountId,
  type InvitationId,
  type MembershipEnd,
  notFound,
  type OrganizationId,
  type OrganizationRole,
  type ProjectId,
  type Role,
} from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import type { Founding } from './founding.js';
import { membership, type MembershipCommand } from './membership.decider.js';
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
const remove = (organizationId: OrganizationId, because: MembershipEnd = 'removed'): MembershipCommand => ({
  type: 'RemoveMember',
  organizationId,
  because,
});
const [ann, anna] = ['user_ann', 'user_anna'] as [AccountId, AccountId];
const invitationId = 'inv_1' as InvitationId;
const joinBy = (organizationId: OrganizationId): MembershipCommand => ({
  type: 'JoinByInvitation',
  organizationId,
  invitationId,
});
const receive = (organizationId: OrganizationId): MembershipCommand => ({ type: 'ReceiveOwnership', organizationId });
const giveUp = (organizationId: OrganizationId): MembershipCommand => ({ type: 'GiveUpOwnership', organizationId });
const passOn: MembershipCommand = { type: 'PassOnMembership', to: anna };
const takeOver = (organizationId: OrganizationId, role: OrganizationRole): MembershipCommand => ({
  type: 'TakeOverMembership',
  organizationId,
  role,
  from: ann,
});

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
const left = (organizationId: OrganizationId, because: MembershipEnd = 'removed'): MembershipEvent => ({
  type: 'MemberRemoved',
  data: { organizationId, because },
});
const invited = (organizationId: OrganizationId): MembershipEvent => ({
  type: 'MemberJoined',
  data: { organizationId, role: 'member', invitationId },
});
const received = (organizationId: OrganizationId): MembershipEvent => ({
  type: 'OwnershipReceived',
  data: { organizationId },
});
const gaveUp = (organizationId: OrganizationId): MembershipEvent => ({
  type: 'OwnershipGivenUp',
  data: { organizationId },
});
const passedOn = (organizationId: OrganizationId): MembershipEvent => ({
  type: 'MembershipPassedOn',
  data: { organizationId, to: anna },
});
const tookOver = (organizationId: OrganizationId, role: OrganizationRole): MembershipEvent => ({
  type: 'MembershipTakenOver',
  data: { organizationId, role, from: ann },
});

describe('founding an organization', () => {
  it('ORG-03: makes its founder the owner', () => given().when(found(acme)).then(owns(acme)));
  it('AMB-34, ACC-09: is refused to who has a home already', () => {
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

describe('joining by an invitation', () => {
  it('ORG-14, AMB-31: gives the role member, by that invitation', () => given().when(joinBy(acme)).then(invited(acme)));
  it('AMB-30: of who is a member is refused', () => {
    for (const held of [joined(acme), invited(acme), owns(acme)])
      given(held).when(joinBy(acme)).refuses({ _tag: 'AlreadyMember' });
  });
  it('AMB-34: of who is at home elsewhere is refused', () => {
    for (const held of [joined(zeta), invited(zeta), owns(zeta)])
      given(held).when(joinBy(acme)).refuses({ _tag: 'MemberElsewhere' });
  });
  it('ORG-17: makes a member like any other, who can be promoted and removed', () => {
    given(invited(acme)).when(change(acme, 'admin')).then(became(acme, 'admin'));
    given(invited(acme)).when(remove(acme)).then(left(acme));
  });
  it('ORG-13: after a removal takes a new one, and begins as a member again', () =>
    given(invited(acme), became(acme, 'admin'), left(acme)).when(joinBy(acme)).then(invited(acme)));
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
  it.each<MembershipEnd>(['removed', 'deprovisioned', 'account-deleted'])(
    'ORG-17, ORG-27, DEL-01: says why it ended: %s',
    (because) => given(joined(acme)).when(remove(acme, because)).then(left(acme, because)),
  );
  it('ORG-04, PRM-13: never touches the owner', () =>
    given(owns(acme)).when(remove(acme)).refuses({ _tag: 'OwnerUntouchable' }));
  it('DEL-05, ORG-04: an owner’s account cannot be deleted, so their membership does not end by it', () => {
    given(owns(acme)).when(remove(acme, 'account-deleted')).refuses({ _tag: 'OwnerUntouchable' });
    given(owns(acme)).when(remove(acme, 'deprovisioned')).refuses({ _tag: 'OwnerUntouchable' });
  });
  it('AMB-16: of no member here is not found, wherever else they may be', () => {
    given().when(remove(acme)).refuses(notFound('member'));
    given(joined(zeta)).when(remove(acme)).refuses(notFound('member'));
    given(owns(zeta)).when(remove(acme)).refuses(notFound('member'));
    given(joined(acme), left(acme)).when(remove(acme)).refuses(notFound('member'));
  });
});

describe('the ownership of an organization', () => {
  it('AMB-33: is received by a member of it, admin or not', () => {
    given(joined(acme)).when(receive(acme)).then(received(acme));
    given(invited(acme), became(acme, 'admin')).when(receive(acme)).then(received(acme));
  });
  it('AMB-33: is not received by who is no member of it', () => {
    given().when(receive(acme)).refuses(notFound('member'));
    given(joined(zeta)).when(receive(acme)).refuses(notFound('member'));
    given(joined(acme), left(acme)).when(receive(acme)).refuses(notFound('member'));
  });
  it('AMB-33: received by its owner is no new event', () => {
    given(owns(acme)).when(receive(acme)).changesNothing();
    given(joined(acme), received(acme)).when(receive(acme)).changesNothing();
  });
  it('AMB-33: is given up by its owner, who stays as an admin', () => {
    given(owns(acme)).when(giveUp(acme)).then(gaveUp(acme));
    given(owns(acme), gaveUp(acme)).when(change(acme, 'admin')).changesNothing();
    given(owns(acme), gaveUp(acme)).when(change(acme, 'member')).then(became(acme, 'member'));
  });
  it('AMB-33: once given up, lets its former owner leave', () =>
    given(owns(acme), gaveUp(acme)).when(remove(acme)).then(left(acme)));
  it('ORG-04: once received, protects its new owner', () => {
    given(joined(acme), received(acme)).when(remove(acme)).refuses({ _tag: 'OwnerUntouchable' });
    given(joined(acme), received(acme)).when(change(acme, 'member')).refuses({ _tag: 'OwnerUntouchable' });
  });
  it('AMB-33: given up by who does not own it, or no longer does, is no new event', () => {
    given().when(giveUp(acme)).changesNothing();
    given(joined(acme)).when(giveUp(acme)).changesNothing();
    given(owns(zeta)).when(giveUp(acme)).changesNothing();
    given(owns(acme), gaveUp(acme)).when(giveUp(acme)).changesNothing();
  });
});

describe('a membership whose account is transferred', () => {
  it('DEL-09: ends in the old account, once ownership has passed on', () => {
    given(joined(acme)).when(passOn).then(passedOn(acme));
    given(owns(acme)).when(passOn).refuses({ _tag: 'OwnerUntouchable' });
    given(owns(acme), gaveUp(acme)).when(passOn).then(passedOn(acme));
  });
  it('DEL-09: is passed on once', () => {
    given().when(passOn).changesNothing();
    given(joined(acme), passedOn(acme)).when(passOn).changesNothing();
    given(joined(acme), left(acme)).when(passOn).changesNothing();
  });
  it.each<OrganizationRole>(['owner', 'admin', 'member'])('DEL-09: goes on in the new account as %s', (role) =>
    given().when(takeOver(acme, role)).then(tookOver(acme, role)),
  );
  it('AMB-34: is not taken over by who has a home already', () => {
    given(joined(acme)).when(takeOver(acme, 'admin')).refuses({ _tag: 'AlreadyMember' });
    given(owns(zeta)).when(takeOver(acme, 'admin')).refuses({ _tag: 'MemberElsewhere' });
  });
  it('ORG-04: taken over from the owner, is the owner’s', () => {
    given(tookOver(acme, 'owner')).when(remove(acme)).refuses({ _tag: 'OwnerUntouchable' });
    given(tookOver(acme, 'admin')).when(remove(acme)).then(left(acme));
  });
  it('AMB-34: leaves the old account free to begin anew', () =>
    given(joined(acme), passedOn(acme)).when(found(zeta)).then(owns(zeta)));
});

describe('a membership whose account is being deleted', () => {
  const close: MembershipCommand = { type: 'CloseMembership' };
  const closed: MembershipEvent = { type: 'MembershipClosed', data: {} };
  it('DEL-01: ends, or is closed before it could begin', () => {
    given(joined(acme)).when(close).then(left(acme, 'account-deleted'));
    given().when(close).then(closed);
    given(joined(acme), left(acme)).when(close).then(closed);
  });
  it('DEL-05, ORG-04: stays where it is an owner’s', () => {
    given(owns(acme)).when(close).refuses({ _tag: 'OwnerUntouchable' });
    given(joined(acme), received(acme)).when(close).refuses({ _tag: 'OwnerUntouchable' });
  });
  it.each([
    ['closed', [closed]],
    ['ended by it', [joined(acme), left(acme, 'account-deleted')]],
  ])('DEL-03: once %s, nothing begins any more', (_, past) => {
    for (const begins of [found(acme), provision(acme), joinBy(acme), takeOver(acme, 'admin')])
      given(...past)
        .when(begins)
        .refuses(notFound('account'));
    for (const changes of [change(acme, 'admin'), remove(acme), receive(acme)])
      given(...past)
        .when(changes)
        .refuses(notFound('member'));
    for (const ends of [giveUp(acme), passOn, close])
      given(...past)
        .when(ends)
        .changesNothing();
  });
});

describe('ORG-07: provisioning under the other method', () => {
  it('is refused for that, whoever it is', () => {
    const past = [[], [joined(acme)], [owns(zeta)], [joined(acme), left(acme, 'account-deleted')]];
    for (const events of past)
      given(...events)
        .when({ type: 'ProvisionMember', organizationId: acme, method: 'invitation' })
        .refuses({ _tag: 'MembershipMethod', method: 'invitation' });
  });
});

const where = fc.constantFrom(acme, zeta);
const anyCommand = fc.oneof(
  where.map(found),
  where.map(provision),
  fc
    .tuple(where, fc.constantFrom<MembershipEnd>('removed', 'deprovisioned', 'account-deleted'))
    .map(([id, because]) => remove(id, because)),
  where.map(joinBy),
  where.map(receive),
  where.map(giveUp),
  fc.constant(passOn),
  fc.constant<MembershipCommand>({ type: 'CloseMembership' }),
  fc
    .tuple(where, fc.constantFrom<OrganizationRole>('owner', 'admin', 'member'))
    .map(([id, role]) => takeOver(id, role)),
  fc.tuple(where, fc.constantFrom<Role>('admin', 'member')).map(([id, role]) => change(id, role)),
);

it('may be retried at will', () => repeatable(membership, anyCommand));
