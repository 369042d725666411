import {
  type Aggregate,
  type Decision,
  E,
  type NotFound,
  notFound,
  type OrganizationId,
  type ProjectId,
} from '#libs/kernel';
import { type ResourceEvent, resourceEvents } from './resource.events.js';
import type { ResourceId } from './resource-id.js';

interface Place {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly kind: string;
  readonly resourceId: ResourceId;
}

export type ResourceCommand =
  | (Place & {
      readonly type: 'RegisterResource';
      /** Undefined leaves the name that is there. */
      readonly name: string | null | undefined;
    })
  | { readonly type: 'RemoveResource'; readonly projectId: ProjectId };

export type ResourceFailure =
  | NotFound
  /** Another project of the organization has a resource of this kind and id. */
  | { readonly _tag: 'ResourceTaken' };

export type ResourceState = (Place & { readonly name: string | null }) | null;
type Answer = Decision<ResourceFailure, ResourceEvent>;

const placeOf = ({ organizationId, projectId, kind, resourceId }: Place): Place => ({
  organizationId,
  projectId,
  kind,
  resourceId,
});

const register = (
  { name, ...command }: Extract<ResourceCommand, { type: 'RegisterResource' }>,
  state: ResourceState,
): Answer => {
  if (state !== null && state.projectId !== command.projectId) return E.left({ _tag: 'ResourceTaken' });
  const place = placeOf(command);
  if (state === null) return E.right([{ type: 'ResourceRegistered', data: { ...place, name: name ?? null } }]);
  if (name === undefined || name === state.name) return E.right([]);
  return E.right([{ type: 'ResourceRenamed', data: { ...place, name } }]);
};

const decide = (command: ResourceCommand, state: ResourceState): Answer => {
  switch (command.type) {
    case 'RegisterResource':
      return register(command, state);
    case 'RemoveResource':
      if (state?.projectId !== command.projectId) return E.left(notFound('resource'));
      return E.right([{ type: 'ResourceRemoved', data: placeOf(state) }]);
  }
};

const evolve = (state: ResourceState, event: ResourceEvent): ResourceState => {
  switch (event.type) {
    case 'ResourceRegistered':
    case 'ResourceRenamed':
      return event.data;
    case 'ResourceRemoved':
      return null;
  }
};

/** RES-01, RES-08: what a service has made, and whose project it is. It never moves; removed, its id is free again. */
export const resource: Aggregate<ResourceCommand, ResourceState, ResourceEvent, ResourceFailure> = {
  category: 'resource',
  events: resourceEvents,
  initialState: null,
  decide,
  evolve,
};
