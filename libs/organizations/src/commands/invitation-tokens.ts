import { hash, timingSafeEqual } from 'node:crypto';
import type { PersonalIndex } from '#libs/accounts';
import { type CommandContext, derivedId } from '#libs/event-store';
import { InvitationId, OrganizationId } from '#libs/kernel';

/** Which invitation: its id names its stream, together with the organization's. */
export interface Located {
  readonly organizationId: OrganizationId;
  readonly invitationId: InvitationId;
}

const PREFIX = 'winv';
const LOCATOR = 32;

/**
 * An invitation's id begins with the name of its stream, an HMAC of organization and address that differs in every
 * organization; and its token is an HMAC of its id: so neither needs a look-up, and the log holds nothing that opens it.
 */
export class InvitationTokens {
  constructor(
    private readonly index: PersonalIndex,
    private readonly mac: (text: string) => Buffer,
  ) {}

  /** The id of the invitation that a command makes. */
  newId({ commandId }: CommandContext, organizationId: OrganizationId, address: string): InvitationId {
    const own = derivedId(commandId, 'inv').slice('inv_'.length);
    return `inv_${this.index.invitee(organizationId, address)}${own}` as InvitationId;
  }

  /** The stream's id, without its category. */
  streamOf({ organizationId, invitationId }: Located): string {
    return `${organizationId}.${invitationId.slice('inv_'.length, 'inv_'.length + LOCATOR)}`;
  }

  /** `winv_<organization>_<invitation>_<43 characters>`: what the invited person shows. */
  tokenOf(located: Located): string {
    const { organizationId, invitationId } = located;
    return [PREFIX, bare(organizationId), bare(invitationId), this.proof(located)].join('_');
  }

  /** Undefined for what was never given out. */
  read(token: string): Located | undefined {
    const [prefix, organization = '', invitation = '', ...rest] = token.split('_');
    const located = { organizationId: `org_${organization}`, invitationId: `inv_${invitation}` };
    const { organizationId, invitationId } = located;
    if (prefix !== PREFIX || !OrganizationId.is(organizationId) || !InvitationId.is(invitationId)) return undefined;
    const found = { organizationId, invitationId };
    // Of both a hash, so that they are of one length: the comparison takes as long whatever was sent.
    const [given, right] = [rest.join('_'), this.proof(found)].map((text) => hash('sha256', text, 'buffer'));
    return given !== undefined && right !== undefined && timingSafeEqual(given, right) ? found : undefined;
  }

  private proof({ organizationId, invitationId }: Located): string {
    return this.mac(`invitation\0${organizationId}\0${invitationId}`).toString('base64url');
  }
}

const bare = (id: string): string => id.slice(id.indexOf('_') + 1);
