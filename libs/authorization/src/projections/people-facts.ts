import { type AccountEvent, accountEvents } from '#libs/accounts/events';
import type { EventCodec, OrganizationId, OrganizationRole, Projection, Recorded } from '#libs/kernel';
import { type MembershipEvent, membershipEvents } from '#libs/organizations/events';
import type { AccountFact, Cite, CurrentMembership, MembershipFact } from '../domain/facts.js';

/** A fold that knows how its events are read. */
export type FactFold<Fact, Event extends { readonly type: string }> = Projection<Fact, Event> & {
  readonly events: EventCodec<Event>;
};

export const cite = ({ position, event: { type } }: Recorded<{ readonly type: string }>): Cite => ({ position, type });

export const accountFact: FactFold<AccountFact, AccountEvent> = {
  category: 'account',
  events: accountEvents,
  project: (fact, recorded) => {
    // For good (DEL-03).
    if (fact !== undefined && fact.deleted !== null) return fact;
    switch (recorded.event.type) {
      case 'AccountRegistered':
      case 'AccountUnblocked':
        return { status: 'active', blocked: null, deleted: null };
      case 'AccountBlocked':
        return { status: 'blocked', blocked: cite(recorded), deleted: null };
      case 'AccountDeleted':
        return { status: 'deleted', blocked: null, deleted: cite(recorded) };
      case 'SignInSucceeded':
      case 'SignInRejected':
      case 'SignInProviderRelinked':
      case 'AccountTransferred':
      case 'AccountTransferUndone':
      case 'AccountTakenOver':
        return fact;
    }
  },
};

const nobody: MembershipFact = { current: null, ended: new Map() };

/** Where one person is at home, since which event, and what ended where they were before. */
export const membershipFact: FactFold<MembershipFact, MembershipEvent> = {
  category: 'membership',
  events: membershipEvents,
  project: (fact = nobody, recorded) => {
    const { event } = recorded;
    switch (event.type) {
      case 'OwnerAssigned':
        return { ...fact, current: begun(recorded, event.data.organizationId, 'owner') };
      case 'MemberProvisioned':
      case 'MemberJoined':
      case 'MembershipTakenOver':
        return { ...fact, current: begun(recorded, event.data.organizationId, event.data.role) };
      case 'MemberRoleChanged':
        return withRole(fact, event.data.role, recorded);
      case 'OwnershipReceived':
        return withRole(fact, 'owner', recorded, null);
      case 'OwnershipGivenUp':
        return withRole(fact, 'admin', recorded, cite(recorded));
      case 'MemberRemoved':
      case 'MembershipPassedOn': {
        const { organizationId } = event.data;
        const ends = [...(fact.ended.get(organizationId) ?? []), cite(recorded)];
        return { current: null, ended: new Map(fact.ended).set(organizationId, ends) };
      }
      case 'MembershipClosed':
        return fact;
    }
  },
};

const withRole = (
  fact: MembershipFact,
  role: OrganizationRole,
  recorded: Recorded<MembershipEvent>,
  gaveUp = fact.current?.gaveUp ?? null,
): MembershipFact =>
  fact.current === null ? fact : { ...fact, current: { ...fact.current, role, changed: cite(recorded), gaveUp } };

const begun = (
  recorded: Recorded<MembershipEvent>,
  organizationId: OrganizationId,
  role: OrganizationRole,
): CurrentMembership => ({
  // An event's id is what names a membership: a UUID that follows from the command, the same in every copy of the log.
  id: recorded.eventId as CurrentMembership['id'],
  organizationId,
  role,
  firstRole: role,
  since: cite(recorded),
  changed: null,
  gaveUp: null,
});
