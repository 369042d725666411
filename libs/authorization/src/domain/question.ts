import type { AccountId, ApiKeyId, OrganizationId, ProjectId } from '#libs/kernel';
import type { Cite } from './facts.js';

export type Subject =
  | { readonly type: 'user'; readonly id: string }
  | { readonly type: 'api_key'; readonly id: string }
  /** A secret as its digest; null for one of our own shape whose checksum is wrong. */
  | { readonly type: 'credential'; readonly digest: string | null };

export interface Resource {
  /** `organization`, `project`, or a kind. */
  readonly type: string;
  readonly id?: string | undefined;
  readonly projectId?: string | undefined;
}

export type Channel = 'api' | 'ui' | 'playground';

export interface Question {
  readonly subject: Subject;
  readonly action: string;
  readonly resource: Resource;
  readonly channel: Channel;
}

/** What a pure function can't know: the time, in ms since 1970, and whether the facts are past their staleness bound. */
export interface Moment {
  readonly now: number;
  readonly stale: boolean;
}

/** In the order in which they are found: the first that applies is the answer. */
export const denials = [
  'malformed-key',
  'unknown-key',
  'unknown-subject',
  'account-deleted',
  'account-blocked',
  'revoked-key',
  'superseded-key',
  'expired-key',
  'state-too-old',
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
export type Deny = (typeof denials)[number];

export const allowances = [
  'project-key',
  'legacy-key',
  'organization-owner',
  'organization-admin',
  'organization-member',
  'project-admin',
  'project-member',
  'external-collaborator',
] as const;
export type Allow = (typeof allowances)[number];

export type Principal =
  | {
      readonly type: 'api_key';
      readonly id: ApiKeyId;
      readonly projectId: ProjectId;
      readonly organizationId: OrganizationId;
    }
  | { readonly type: 'user'; readonly id: AccountId; readonly organizationId: OrganizationId | null };

/** Where usage and ownership go (section 8 of the rules). `fallback` says why they do not go where the question pointed. */
export interface Attribution {
  readonly organizationId: OrganizationId | null;
  readonly projectId: ProjectId | null;
  readonly apiKeyId: ApiKeyId | null;
  readonly fallback: 'fallback' | 'externalFallback' | null;
  /** What a listing may show. `organization` only where the support table says so (AMB-24). */
  readonly listingScope: 'project' | 'defaultProject' | 'organization';
}

export type Decision =
  | {
      readonly decision: true;
      readonly reason: Allow;
      readonly principal: Principal;
      readonly attribution: Attribution;
      readonly evidence: ReadonlyArray<Cite>;
    }
  | {
      readonly decision: false;
      readonly reason: Deny;
      readonly principal: Principal | null;
      readonly attribution: null;
      readonly evidence: ReadonlyArray<Cite>;
    };

const none: ReadonlyArray<Cite> = [];

export const deny = (reason: Deny, principal: Principal | null, cite?: Cite | null): Decision => ({
  decision: false,
  reason,
  principal,
  attribution: null,
  evidence: cite == null ? none : [cite],
});
