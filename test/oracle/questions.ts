import type { Past } from './operations.js';
import { organizationExists } from './organizations.js';
import { kindOf, resourceTypes, resourceTypesFor } from './permissions.js';
import { findProject, type Project } from './projects.js';
import { projectOfResource } from './resources.js';
import { supportOf } from './support.js';

/** `credential` presents a secret, `api_key` names a key by its id: the answer is the same but for a legacy key's former secrets. */
export interface Subject {
  readonly type: 'user' | 'api_key' | 'credential';
  readonly id: string;
}

/** `{type: 'organization' | 'project', id}`, or `{type: <kind>, id?, projectId?}`. */
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
  'legacy-key',
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
  'superseded-key',
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

export type Ruling =
  { readonly decision: true; readonly reason: AllowReason } | { readonly decision: false; readonly reason: DenyReason };

/** Who asks, as far as it is known. */
export type Principal =
  | { readonly type: 'user'; readonly id: string; readonly organization: string | null }
  | { readonly type: 'api_key'; readonly id: string; readonly project: string; readonly organization: string };

/** Where it counts (section 8). */
export interface Attribution {
  readonly organization: string;
  readonly project: string | null;
  readonly apiKey: string | null;
  readonly fallback: 'fallback' | 'externalFallback' | null;
  readonly listingScope: 'project' | 'defaultProject' | 'organization';
}

export type Answer = Ruling & { readonly principal: Principal | null; readonly attribution: Attribution | null };

export const allow = (reason: AllowReason): Ruling => ({ decision: true, reason });
export const deny = (reason: DenyReason): Ruling => ({ decision: false, reason });

/** What a question means where it does not say so: the asker's home organization, and a key's own project. */
export interface Asker {
  readonly organization: string | null;
  readonly project: string | null;
}

/** What is wrong with the question itself, whoever asks it. */
export const faultOf = (past: Past, ask: Ask, asker: Asker): DenyReason | null => {
  const { action, resource, channel } = ask;
  const types = resourceTypesFor(action);
  if (types.length === 0) return 'unknown-action';
  if (!types.includes(resource.type))
    return resourceTypes.includes(resource.type) ? 'unknown-action' : 'unknown-resource';
  if (findTarget(past, ask, asker) === null) return 'unknown-resource';
  // RES-05, AMB-25: where there is no UI, there is none in the playground.
  const hasNoUi = supportOf(past, kindOf(action))?.ui === null;
  return hasNoUi && channel !== 'api' ? 'unsupported-channel' : null;
};

export interface Target {
  readonly organization: string;
  /** Null for an organization. */
  readonly project: Project | null;
  /** The project that was named beside a registered resource is not the resource's own. */
  readonly elsewhere: boolean;
}

/** What is asked about; `null` where there is none such. */
export const findTarget = (past: Past, { action, resource }: Ask, asker: Asker): Target | null => {
  const { type, id, projectId } = resource;
  if (type === 'organization') {
    const exists = id !== undefined && organizationExists(past, id);
    return exists ? { organization: id, project: null, elsewhere: false } : null;
  }
  if (type === 'project') return inProject(past, id);
  // Registered names are of an organization: that of the project beside it, or else the asker's home.
  const beside = inProject(past, projectId);
  const organization = projectId === undefined ? asker.organization : (beside?.organization ?? null);
  const registeredIn =
    id === undefined || organization === null ? null : projectOfResource(past, organization, type, id);
  if (projectId !== undefined) {
    return beside && { ...beside, elsewhere: registeredIn !== null && registeredIn !== projectId };
  }
  if (registeredIn !== null) return inProject(past, registeredIn);
  // A key means its own project, if it does not mean one certain thing; what it is about to make is not there yet.
  const meansOwn = id === undefined || action.endsWith(':create');
  return meansOwn ? inProject(past, asker.project) : null;
};

const inProject = (past: Past, id: string | null | undefined): Target | null => {
  const project = id === undefined || id === null ? null : findProject(past, id);
  return project && { organization: project.organization, project, elsewhere: false };
};
