import {
  type AccountId,
  type Aggregate,
  type Decision,
  E,
  type MembershipMethod,
  type NotFound,
  notFound,
  type Privacy,
  type ProjectId,
} from '#libs/kernel';
import { evolveFeatures, featureEvents, type Features, isSwitch, noFeatures } from './features.js';
import { type OrganizationEvent, organizationEvents } from './organization.events.js';
import { noPrivacySet, samePrivacy } from './privacy.js';

export type OrganizationCommand =
  | {
      readonly type: 'CreateOrganization';
      readonly name: string;
      readonly ownerId: AccountId;
      readonly defaultProjectId: ProjectId;
    }
  /** What is left out stays; all of it is changed, or nothing. */
  | { readonly type: 'UpdateOrganization'; readonly name?: string; readonly privacy?: Partial<Privacy> }
  /** From whoever owns it as the caller knows it: of two transfers from one owner, one is made. */
  | { readonly type: 'TransferOwnership'; readonly from: AccountId; readonly to: AccountId }
  | { readonly type: 'SetFeatures'; readonly features: Partial<Features> }
  | { readonly type: 'SelectMembershipMethod'; readonly method: MembershipMethod }
  | { readonly type: 'SuspendOrganization' }
  | { readonly type: 'ResumeOrganization' };

export type OrganizationFailure = NotFound | { readonly _tag: 'NotTheOwner' };

/** The `n`th change of owner, from whom; to whoever owns it now. */
interface Handover {
  readonly n: number;
  readonly from: AccountId;
}

interface Organization {
  readonly name: string;
  readonly ownerId: AccountId;
  readonly handover: Handover | null;
  readonly privacy: Privacy;
  readonly features: Features;
  readonly method: MembershipMethod;
  readonly suspended: boolean;
}

type State = Organization | null;

const update = (
  { name, privacy }: Extract<OrganizationCommand, { type: 'UpdateOrganization' }>,
  state: Organization,
): ReadonlyArray<OrganizationEvent> => {
  const wanted = { ...state.privacy, ...privacy };
  return [
    ...(name === undefined || name === state.name ? [] : [{ type: 'OrganizationRenamed' as const, data: { name } }]),
    ...(samePrivacy(wanted, state.privacy) ? [] : [{ type: 'PrivacySettingsUpdated' as const, data: wanted }]),
  ];
};

const decide = (command: OrganizationCommand, state: State): Decision<OrganizationFailure, OrganizationEvent> => {
  if (command.type === 'CreateOrganization') {
    const { name, ownerId, defaultProjectId } = command;
    // Its id was reserved in the founder's membership: whoever finds it created finds it finished.
    return E.right(state === null ? [{ type: 'OrganizationCreated', data: { name, ownerId, defaultProjectId } }] : []);
  }
  if (state === null) return E.left(notFound('organization'));
  switch (command.type) {
    case 'UpdateOrganization':
      return E.right(update(command, state));
    case 'TransferOwnership': {
      const { from, to } = command;
      if (state.ownerId === to) return E.right([]);
      if (state.ownerId !== from) return E.left({ _tag: 'NotTheOwner' });
      return E.right([{ type: 'OwnershipTransferred', data: { from, to } }]);
    }
    case 'SetFeatures':
      return E.right(featureEvents(state.features, command.features));
    case 'SelectMembershipMethod': {
      const { method } = command;
      return E.right(method === state.method ? [] : [{ type: 'MembershipMethodSelected', data: { method } }]);
    }
    case 'SuspendOrganization':
      return E.right(state.suspended ? [] : [{ type: 'OrganizationSuspended', data: {} }]);
    case 'ResumeOrganization':
      return E.right(state.suspended ? [{ type: 'OrganizationResumed', data: {} }] : []);
  }
};

const evolve = (state: State, event: OrganizationEvent): State => {
  if (event.type === 'OrganizationCreated')
    return {
      name: event.data.name,
      ownerId: event.data.ownerId,
      handover: null,
      features: noFeatures,
      privacy: noPrivacySet,
      method: 'invitation',
      suspended: false,
    };
  if (state === null) return state;
  if (isSwitch(event)) return { ...state, features: evolveFeatures(state.features, event.type) };
  switch (event.type) {
    case 'OrganizationRenamed':
      return { ...state, name: event.data.name };
    case 'PrivacySettingsUpdated':
      return { ...state, privacy: event.data };
    case 'OwnershipTransferred':
      return {
        ...state,
        ownerId: event.data.to,
        handover: { n: (state.handover?.n ?? 0) + 1, from: event.data.from },
      };
    case 'MembershipMethodSelected':
      return { ...state, method: event.data.method };
    case 'OrganizationSuspended':
      return { ...state, suspended: true };
    case 'OrganizationResumed':
      return { ...state, suspended: false };
  }
};

/** The paying entity (ORG-01): its name, its switches, its way of taking members. */
export const organization: Aggregate<OrganizationCommand, State, OrganizationEvent, OrganizationFailure> = {
  category: 'organization',
  events: organizationEvents,
  initialState: null,
  decide,
  evolve,
};
