import {
  type AccountId,
  type Aggregate,
  type Decision,
  E,
  type MembershipMethod,
  type NotFound,
  notFound,
  type ProjectId,
} from '#libs/kernel';
import { evolveFeatures, featureEvents, type Features, isSwitch, noFeatures } from './features.js';
import { type OrganizationEvent, organizationEvents } from './organization.events.js';

export type OrganizationCommand =
  | {
      readonly type: 'CreateOrganization';
      readonly name: string;
      readonly ownerId: AccountId;
      readonly defaultProjectId: ProjectId;
    }
  | { readonly type: 'RenameOrganization'; readonly name: string }
  | { readonly type: 'SetFeatures'; readonly features: Partial<Features> }
  | { readonly type: 'SelectMembershipMethod'; readonly method: MembershipMethod }
  | { readonly type: 'SuspendOrganization' }
  | { readonly type: 'ResumeOrganization' };

interface Organization {
  readonly name: string;
  readonly features: Features;
  readonly method: MembershipMethod;
  readonly suspended: boolean;
}

type State = Organization | null;

const decide = (command: OrganizationCommand, state: State): Decision<NotFound, OrganizationEvent> => {
  if (command.type === 'CreateOrganization') {
    const { name, ownerId, defaultProjectId } = command;
    // Its id was reserved in the founder's membership: whoever finds it created finds it finished.
    return E.right(state === null ? [{ type: 'OrganizationCreated', data: { name, ownerId, defaultProjectId } }] : []);
  }
  if (state === null) return E.left(notFound('organization'));
  switch (command.type) {
    case 'RenameOrganization': {
      const { name } = command;
      return E.right(name === state.name ? [] : [{ type: 'OrganizationRenamed', data: { name } }]);
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
    return { name: event.data.name, features: noFeatures, method: 'invitation', suspended: false };
  if (state === null) return state;
  if (isSwitch(event)) return { ...state, features: evolveFeatures(state.features, event.type) };
  switch (event.type) {
    case 'OrganizationRenamed':
      return { ...state, name: event.data.name };
    case 'MembershipMethodSelected':
      return { ...state, method: event.data.method };
    case 'OrganizationSuspended':
      return { ...state, suspended: true };
    case 'OrganizationResumed':
      return { ...state, suspended: false };
  }
};

/** The paying entity (ORG-01): its name, its switches, its way of taking members. */
export const organization: Aggregate<OrganizationCommand, State, OrganizationEvent, NotFound> = {
  category: 'organization',
  events: organizationEvents,
  initialState: null,
  decide,
  evolve,
};
