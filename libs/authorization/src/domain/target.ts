import type { OrganizationId, ProjectId } from '#libs/kernel';
import type { Facts, KeyFact, ProjectFact } from './facts.js';
import { kinds, type Permission } from './permissions.js';
import type { Channel, Deny, Resource } from './question.js';
import { hasChannel } from './support.js';

/** What the question is about, found: an organization, or a project in one. */
export interface Target {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId | null;
  readonly project: ProjectFact | undefined;
}

/** Does the action go with what it is asked about? Then which project's or organization's is it? */
export const findTarget = (
  facts: Facts,
  permission: Permission,
  { resource, channel, action }: { readonly resource: Resource; readonly channel: Channel; readonly action: string },
  key: KeyFact | undefined,
): Target | Deny => {
  const { type } = resource;
  const isKind = kinds.has(type);
  if (!isKind && type !== 'project' && type !== 'organization') return 'unknown-resource';
  if (!goesWith(permission, type, action)) return 'unknown-action';
  if (type === 'organization') {
    const id = resource.id;
    if (id === undefined || facts.organization(id) === undefined) return 'unknown-resource';
    return { organizationId: id as OrganizationId, projectId: null, project: undefined };
  }
  const id = type === 'project' ? resource.id : (resource.projectId ?? key?.projectId);
  if (id === undefined) return 'unknown-resource';
  // A key says itself what its own project is, and whose: what nearly every question is about needs no looking up.
  const own = key !== undefined && id === key.projectId;
  const project = own ? undefined : facts.project(id);
  const organizationId = own ? key.organizationId : project?.organizationId;
  if (organizationId === undefined) return 'unknown-resource';
  if (!hasChannel(permission.kind ?? type, channel)) return 'unsupported-channel';
  return { organizationId, projectId: id as ProjectId, project };
};

const goesWith = ({ level, kind }: Permission, type: string, action: string): boolean => {
  if (type === 'organization') return level !== 'project';
  if (type === 'project') return level !== 'organization';
  // A kind: its own actions. `api-key` is a kind too, whose actions manage.
  return kind === type || (kind === null && action.startsWith(`${type}:`));
};
