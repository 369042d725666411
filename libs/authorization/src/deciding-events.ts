import { type AccountEvent, accountEvents } from '#libs/accounts/events';
import { type ApiKeyEvent, apiKeyEvents, type LegacyKeyEvent, legacyKeyEvents } from '#libs/api-keys/events';
import type { EventCodec } from '#libs/kernel';
import {
  type MembershipEvent,
  membershipEvents,
  type OrganizationEvent,
  organizationEvents,
} from '#libs/organizations/events';
import { type CollaboratorEvent, collaboratorEvents, type ProjectEvent, projectEvents } from '#libs/projects/events';
import {
  type ResourceEvent,
  resourceEvents,
  type SupportMatrixEvent,
  supportMatrixEvents,
} from '#libs/resources/events';

/** The categories that decisions are folded from. */
export interface DecidingEvents {
  readonly account: AccountEvent;
  readonly membership: MembershipEvent;
  readonly organization: OrganizationEvent;
  readonly project: ProjectEvent;
  readonly collaborator: CollaboratorEvent;
  readonly apiKey: ApiKeyEvent;
  readonly legacyKey: LegacyKeyEvent;
  readonly resource: ResourceEvent;
  readonly supportMatrix: SupportMatrixEvent;
}
export type DecidingCategory = keyof DecidingEvents;
export type DecidingEvent = DecidingEvents[DecidingCategory];

/** How the events of each are read. */
export const decidingEvents: { readonly [C in DecidingCategory]: EventCodec<DecidingEvents[C]> } = {
  account: accountEvents,
  membership: membershipEvents,
  organization: organizationEvents,
  project: projectEvents,
  collaborator: collaboratorEvents,
  apiKey: apiKeyEvents,
  legacyKey: legacyKeyEvents,
  resource: resourceEvents,
  supportMatrix: supportMatrixEvents,
};

export const isDeciding = (category: string): category is DecidingCategory => Object.hasOwn(decidingEvents, category);
