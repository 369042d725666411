import type { InvitationId, OrganizationRole, Role } from '#libs/kernel';
import type { OrganizationEvent } from '#libs/organizations/events';
import { LiveState } from '../live-state.js';
import type { DecidingCategory, DecidingEvents } from '../deciding-events.js';
import { applyTo, eventIdAt, type Happening, timeOf } from './log.js';
import { accountId, homeOf, organizationId, projectId } from './names.js';

/** The events of an organization or a project that are nothing but their name. */
export type Bare<Event extends { readonly type: string; readonly data: object }> = Event extends unknown
  ? keyof Event['data'] extends never
    ? Event['type']
    : never
  : never;

/** Organizations and their people, told in events. */
export class People {
  readonly log: Array<Happening> = [];
  readonly live = new LiveState();

  /** The last position; `0n` while nothing has happened. */
  get position(): bigint {
    return BigInt(this.log.length);
  }

  happened<C extends DecidingCategory>(category: C, id: string, event: DecidingEvents[C]): this {
    const position = this.position + 1n;
    const happening = { category, id, event, position, eventId: eventIdAt(position), at: timeOf(position), by: null };
    this.log.push(happening as unknown as Happening);
    applyTo(this.live, happening as unknown as Happening);
    return this;
  }

  account(name: string): this {
    const profile = { sealedFor: accountId(name), box: 'AQID' };
    return this.happened('account', accountId(name), {
      type: 'AccountRegistered',
      data: { provider: 'google', profile },
    });
  }

  blocked(name: string): this {
    return this.happened('account', accountId(name), { type: 'AccountBlocked', data: {} });
  }

  unblocked(name: string): this {
    return this.happened('account', accountId(name), { type: 'AccountUnblocked', data: {} });
  }

  organization(name: string, { owner }: { readonly owner: string }): this {
    const [id, ownerId, defaultProjectId] = [organizationId(name), accountId(owner), projectId(homeOf(name))];
    const home = {
      organizationId: id,
      name: 'Default',
      slug: `${name}-home`.toLowerCase(),
      visibility: 'private',
    } as const;
    return this.happened('membership', ownerId, {
      type: 'OwnerAssigned',
      data: { organizationId: id, organizationName: name, defaultProjectId },
    })
      .happened('project', defaultProjectId, { type: 'DefaultProjectCreated', data: home })
      .happened('organization', id, { type: 'OrganizationCreated', data: { name, ownerId, defaultProjectId } });
  }

  /** What befell an organization: `saw('acme', 'OrganizationSuspended')`. */
  saw(organization: string, type: Bare<OrganizationEvent>): this {
    return this.happened('organization', organizationId(organization), { type, data: {} });
  }

  /** A new member, and their promotion where they are to be an admin. */
  member(organization: string, person: string, role: Exclude<OrganizationRole, 'owner'> = 'member'): this {
    this.happened('membership', accountId(person), {
      type: 'MemberProvisioned',
      data: { organizationId: organizationId(organization), role: 'member' },
    });
    return role === 'member' ? this : this.memberRole(organization, person, role);
  }

  memberRole(organization: string, person: string, role: Role): this {
    const data = { organizationId: organizationId(organization), role };
    return this.happened('membership', accountId(person), { type: 'MemberRoleChanged', data });
  }

  memberRemoved(organization: string, person: string): this {
    const data = { organizationId: organizationId(organization), because: 'removed' as const };
    return this.happened('membership', accountId(person), { type: 'MemberRemoved', data });
  }

  /** By an invitation: what else there is about that is no decision's business. */
  joined(organization: string, person: string): this {
    return this.happened('membership', accountId(person), {
      type: 'MemberJoined',
      data: { organizationId: organizationId(organization), role: 'member', invitationId: 'inv_1' as InvitationId },
    });
  }

  /** The organization changes hands (AMB-33). */
  ownership(organization: string, { from, to }: { readonly from: string; readonly to: string }): this {
    const data = { organizationId: organizationId(organization) };
    return this.happened('organization', organizationId(organization), {
      type: 'OwnershipTransferred',
      data: { from: accountId(from), to: accountId(to) },
    })
      .happened('membership', accountId(to), { type: 'OwnershipReceived', data })
      .happened('membership', accountId(from), { type: 'OwnershipGivenUp', data });
  }

  /** A change of email (DEL-09): the membership goes on as another account's. */
  membershipTakenOver(organization: string, { from, to }: { readonly from: string; readonly to: string }): this {
    const where = { organizationId: organizationId(organization) };
    const role = this.live.membership(accountId(from))?.current?.role ?? 'member';
    return this.happened('membership', accountId(from), {
      type: 'MembershipPassedOn',
      data: { ...where, to: accountId(to) },
    }).happened('membership', accountId(to), {
      type: 'MembershipTakenOver',
      data: { ...where, role, from: accountId(from) },
    });
  }

  /** For good (DEL-03); the membership that went before is told of apart. */
  deleted(name: string): this {
    return this.happened('account', accountId(name), { type: 'AccountDeleted', data: { email: 'hmac' } });
  }
}
