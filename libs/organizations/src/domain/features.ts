import type { OrganizationEvent } from './organization.events.js';

/** What the operator switches on for an organization (PRJ-10, COL-16, ORG-10, AMB-04). All off at birth. */
export interface Features {
  readonly multiProject: boolean;
  readonly externalCollaborators: boolean;
  readonly invitations: boolean;
  readonly requireJoin: boolean;
}

type SwitchEvent = Extract<OrganizationEvent, { readonly type: `${string}Enabled` | `${string}Disabled` }>;
type Switch = SwitchEvent['type'];

export const noFeatures: Features = {
  multiProject: false,
  externalCollaborators: false,
  invitations: false,
  requireJoin: false,
};

/** Each feature and the two events that turn it on and off. */
const switches = {
  multiProject: ['MultiProjectEnabled', 'MultiProjectDisabled'],
  externalCollaborators: ['ExternalCollaboratorsBetaEnabled', 'ExternalCollaboratorsBetaDisabled'],
  invitations: ['InvitationsEnabled', 'InvitationsDisabled'],
  requireJoin: ['RequireJoinEnabled', 'RequireJoinDisabled'],
} as const satisfies Record<keyof Features, readonly [Switch, Switch]>;

const names = Object.keys(switches) as ReadonlyArray<keyof Features>;

export const isSwitch = (event: OrganizationEvent): event is SwitchEvent => /(?:En|Dis)abled$/u.test(event.type);

/** The events that lead from one set of switches to another; what is left out stays. */
export const featureEvents = (now: Features, wanted: Partial<Features>): ReadonlyArray<OrganizationEvent> =>
  names.flatMap((name) => {
    const on = wanted[name];
    return on === undefined || on === now[name] ? [] : [{ type: switches[name][on ? 0 : 1], data: {} }];
  });

export const evolveFeatures = (features: Features, type: Switch): Features => {
  const name = names.find((each) => switches[each].some((event) => event === type));
  return name === undefined ? features : { ...features, [name]: switches[name][0] === type };
};
