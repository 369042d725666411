import type { Past } from './operations.js';
import { organizationExists } from './organizations.js';
import { kindOf, resourceTypes, resourceTypesFor } from './permissions.js';
import { findProject, type Project } from './projects.js';

/** `credential` presents the secret of a key, `api_key` names the key by its id; the answer is the same. */
export interface Subject {
  readonly type: 'user' | 'api_key' | 'credential';
  readonly id: string;
}

/** `{type: 'organization' | 'project', id}`, or `{type: <kind>, projectId?}`. */
export interface Resource {
  readonly type: string;
  readonly id?: string;
  readonly projectId?: string;
}

export type Channel = 'api' | 'ui' | 'playground';

export interface Ask {
  readonly action: string;
  readonly resource: Resource;
  readonly channel: Channel;
}

export interface Question extends Ask {
  readonly subject: Subject;
}

export const allowReasons = [
  'project-key',
  'organization-owner',
  'organization-admin',
  'organization-member',
  'project-admin',
  'project-member',
  'external-collaborator',
] as const;

/** In their order: of several that apply, the first is the answer. */
export const denyReasons = [
  'unknown-key',
  'unknown-subject',
  'account-deleted',
  'account-blocked',
  'revoked-key',
  'expired-key',
  'unknown-action',
  'unknown-resource',
  'unsupported-channel',
  'other-organization',
  'other-project',
  'project-archived',
  'organization-suspended',
  'not-a-member',
  'not-a-collaborator',
  'external-suspended',
  'key-lacks-permission',
  'role-lacks-permission',
  'owner-only',
] as const;

export type AllowReason = (typeof allowReasons)[number];
export type DenyReason = (typeof denyReasons)[number];

export type Answer =
  { readonly decision: true; readonly reason: AllowReason } | { readonly decision: false; readonly reason: DenyReason };

export const allow = (reason: AllowReason): Answer => ({ decision: true, reason });
export const deny = (reason: DenyReason): Answer => ({ decision: false, reason });

/** What is wrong with the question itself, whoever asks it. */
export const faultOf = (
  past: Past,
  { action, resource, channel }: Ask,
  ownProject: string | null,
): DenyReason | null => {
  const types = resourceTypesFor(action);
  if (types.length === 0) return 'unknown-action';
  if (!types.includes(resource.type))
    return resourceTypes.includes(resource.type) ? 'unknown-action' : 'unknown-resource';
  if (organizationOf(past, resource, ownProject) === null) return 'unknown-resource';
  if (kindOf(action) === 'code-interpreter' && channel !== 'api') return 'unsupported-channel'; // RES-05, AMB-25
  return null;
};

/** The project in question; a key that names none means its own. `null` for an organization or an unknown project. */
export const projectOf = (past: Past, resource: Resource, ownProject: string | null): Project | null => {
  if (resource.type === 'organization') return null;
  const id = resource.type === 'project' ? resource.id : (resource.projectId ?? ownProject);
  return id === undefined || id === null ? null : findProject(past, id);
};

/** The organization in question, itself or by its project; `null` where there is none such. */
export const organizationOf = (past: Past, resource: Resource, ownProject: string | null): string | null => {
  if (resource.type !== 'organization') return projectOf(past, resource, ownProject)?.organization ?? null;
  return resource.id !== undefined && organizationExists(past, resource.id) ? resource.id : null;
};
