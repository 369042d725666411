import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AccountId,
  E,
  type InvitationId,
  notFound,
  type OrganizationId,
  type Sealed,
  type Timestamp,
} from '#libs/kernel';
import { repeatable, specify } from '#libs/kernel/testing';
import { invitation, type InvitationCommand, type InvitationStatus, isLapsed } from './invitation.decider.js';
import type { InvitationEvent } from './invitation.events.js';

const given = specify(invitation);
const organizationId = 'org_acme' as OrganizationId;
const [first, second] = ['inv_1', 'inv_2'] as [InvitationId, InvitationId];
const [bob, cat] = ['user_bob', 'user_cat'] as [AccountId, AccountId];

const at = (time: string) => `2026-03-${time}.000Z` as Timestamp;
const sentAt = at('01T09:30:00');
const expiresAt = at('08T09:30:00');
const letter = (invitationId: InvitationId) => {
  const address: Sealed = { sealedFor: invitationId, box: 'c2VhbGVk' };
  return { organizationId, invitationId, email: 'hmac-of-address', address, expiresAt };
};

const invite = (invitationId: InvitationId, isMember = false): InvitationCommand => ({
  type: 'InviteMember',
  ...letter(invitationId),
  isMember,
});
const revoke = (invitationId: InvitationId): InvitationCommand => ({
  type: 'RevokeInvitation',
  organizationId,
  invitationId,
});
const acceptance = { type: 'AcceptInvitation', organizationId } as const;
const accept = (invitationId: InvitationId, accountId = bob, now = sentAt): InvitationCommand => ({
  ...acceptance,
  invitationId,
  accountId,
  now,
  isMember: false,
});
const acceptAsMember = (invitationId: InvitationId): InvitationCommand => ({
  ...acceptance,
  invitationId,
  accountId: bob,
  now: sentAt,
  isMember: true,
});
const reopen = (invitationId: InvitationId): InvitationCommand => ({
  type: 'ReopenInvitation',
  organizationId,
  invitationId,
});

const sent = (invitationId: InvitationId): InvitationEvent => ({ type: 'MemberInvited', data: letter(invitationId) });
const superseded = (invitationId: InvitationId): InvitationEvent => ({
  type: 'InvitationSuperseded',
  data: { organizationId, invitationId },
});
const revoked = (invitationId: InvitationId): InvitationEvent => ({
  type: 'InvitationRevoked',
  data: { organizationId, invitationId },
});
const accepted = (invitationId: InvitationId, accountId = bob): InvitationEvent => ({
  type: 'InvitationAccepted',
  data: { organizationId, invitationId, accountId },
});
const reopened = (invitationId: InvitationId): InvitationEvent => ({
  type: 'InvitationReopened',
  data: { organizationId, invitationId },
});
const notPending = (status: Exclude<InvitationStatus, 'pending'>) =>
  ({ _tag: 'InvitationNotPending', invitation: status }) as const;

describe('inviting a member', () => {
  it('ORG-08, ORG-11: is recorded with its end, and the address sealed', () =>
    given().when(invite(first)).then(sent(first)));
  it('AMB-30: of who is a member is refused', () => {
    given().when(invite(first, true)).refuses({ _tag: 'AlreadyMember' });
    given(sent(first)).when(invite(second, true)).refuses({ _tag: 'AlreadyMember' });
  });
  it('AMB-30: again supersedes the one that is pending, and restarts the seven days', () =>
    given(sent(first)).when(invite(second)).then(superseded(first), sent(second)));
  it('ORG-13: again after it was revoked, accepted or superseded supersedes no more than is pending', () => {
    given(sent(first), revoked(first)).when(invite(second)).then(sent(second));
    given(sent(first), accepted(first)).when(invite(second)).then(sent(second));
    given(sent(first), superseded(first), sent(second))
      .when(invite('inv_3' as InvitationId))
      .then(superseded(second), sent('inv_3' as InvitationId));
  });
});

describe('accepting an invitation', () => {
  it('ORG-14: is recorded, with who it was', () => given(sent(first)).when(accept(first)).then(accepted(first)));
  it('ORG-13, AMB-30: at exactly seven days it has lapsed, and not a millisecond before', () => {
    const [before, end, after] = ['08T09:29:59.999', '08T09:30:00.000', '08T09:30:00.001'].map(
      (time) => `2026-03-${time}Z` as Timestamp,
    ) as [Timestamp, Timestamp, Timestamp];
    given(sent(first))
      .when(accept(first, bob, before))
      .then(accepted(first));
    given(sent(first))
      .when(accept(first, bob, end))
      .refuses(notPending('expired'));
    given(sent(first))
      .when(accept(first, bob, after))
      .refuses(notPending('expired'));
    expect([before, end, after].map((now) => isLapsed(expiresAt, now))).toEqual([false, true, true]);
  });
  it('ORG-13: a revoked or superseded one is not accepted, lapsed or not', () => {
    for (const now of [sentAt, expiresAt]) {
      given(sent(first), revoked(first))
        .when(accept(first, bob, now))
        .refuses(notPending('revoked'));
      given(sent(first), superseded(first), sent(second))
        .when(accept(first, bob, now))
        .refuses(notPending('superseded'));
    }
  });
  it('ORG-14: is done once, whoever asks again, and whenever', () => {
    for (const person of [bob, cat])
      for (const now of [sentAt, expiresAt])
        given(sent(first), accepted(first))
          .when(accept(first, person, now))
          .refuses(notPending('accepted'));
  });
  it('AMB-30: is refused to who came in by another way, and stays pending; of one that is not, that is what they hear', () => {
    given(sent(first)).when(acceptAsMember(first)).refuses({ _tag: 'AlreadyMember' });
    given(sent(first), accepted(first)).when(acceptAsMember(first)).refuses(notPending('accepted'));
  });
  it('AMB-16: one that never was is not found', () => {
    given().when(accept(first)).refuses(notFound('invitation'));
    given(sent(first)).when(accept(second)).refuses(notFound('invitation'));
  });
});

describe('revoking an invitation', () => {
  it('ORG-13: is recorded', () => given(sent(first)).when(revoke(first)).then(revoked(first)));
  it('AMB-16: a second time is no new event, nor of one that was superseded', () => {
    given(sent(first), revoked(first)).when(revoke(first)).changesNothing();
    given(sent(first), superseded(first), sent(second)).when(revoke(first)).changesNothing();
  });
  it('ORG-17: comes too late for an accepted one: members are removed', () =>
    given(sent(first), accepted(first)).when(revoke(first)).refuses(notPending('accepted')));
  it('AMB-16: of one that never was is not found', () => {
    given().when(revoke(first)).refuses(notFound('invitation'));
    given(sent(first)).when(revoke(second)).refuses(notFound('invitation'));
  });
});

describe('reopening an invitation, accepted by someone who came to be at home elsewhere', () => {
  it('AMB-34: makes it pending again, for whoever accepts it then', () => {
    given(sent(first), accepted(first)).when(reopen(first)).then(reopened(first));
    given(sent(first), accepted(first), reopened(first)).when(accept(first, cat)).then(accepted(first, cat));
    given(sent(first), accepted(first), reopened(first)).when(accept(first)).then(accepted(first));
  });
  it('ORG-13: does not move its end', () =>
    given(sent(first), accepted(first), reopened(first))
      .when(accept(first, bob, expiresAt))
      .refuses(notPending('expired')));
  it('AMB-30: is superseded instead where a newer one is pending', () =>
    given(sent(first), accepted(first), sent(second)).when(reopen(first)).then(superseded(first)));
  it('of what is not accepted is no new event', () => {
    given(sent(first)).when(reopen(first)).changesNothing();
    given(sent(first), revoked(first)).when(reopen(first)).changesNothing();
    given(sent(first), accepted(first), reopened(first)).when(reopen(first)).changesNothing();
  });
  it('AMB-16: of one that never was is not found', () => given().when(reopen(first)).refuses(notFound('invitation')));
});

const which = fc.constantFrom(...['inv_1', 'inv_2', 'inv_3'].map((id) => id as InvitationId));
const anyCommand = fc.oneof(
  fc.tuple(which, fc.boolean()).map(([id, isMember]) => invite(id, isMember)),
  which.map(revoke),
  fc
    .tuple(which, fc.constantFrom(bob, cat), fc.constantFrom(sentAt, expiresAt))
    .map(([id, accountId, now]) => accept(id, accountId, now)),
  which.map(acceptAsMember),
  which.map(reopen),
);

it('may be retried at will', () => repeatable(invitation, anyCommand));

it('AMB-30: of all that one organization sent to one address, one at most is pending', () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { maxLength: 20 }), (commands) => {
      const end = commands.reduce((state, command) => {
        const decision = invitation.decide(command, state);
        return E.isLeft(decision) ? state : decision.right.reduce((now, event) => invitation.evolve(now, event), state);
      }, invitation.initialState);
      expect([...end.values()].filter(({ status }) => status === 'pending').length).toBeLessThanOrEqual(1);
    }),
  );
});
