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
  const project = facts.project(id);
  if (project === undefined && id !== key?.projectId) return 'unknown-resource';
  if (!hasChannel(permission.kind ?? type, channel)) return 'unsupported-channel';
  const organizationId = project?.organizationId ?? key?.organizationId;
  return organizationId === undefined ? 'unknown-resource' : { organizationId, projectId: id as ProjectId, project };
};

const goesWith = ({ level, kind }: Permission, type: string, action: string): boolean => {
  if (type === 'organization') return level !== 'project';
  if (type === 'project') return level !== 'organization';
  // A kind: its own actions. `api-key` is a kind too, whose actions manage.
  return kind === type || (kind === null && action.startsWith(`${type}:`));
};
