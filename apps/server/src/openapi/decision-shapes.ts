import * as t from 'io-ts';
import type { Decision as Decided } from '#libs/authorization';
import { AccountId, ApiKeyId, OrganizationId, ProjectId } from '#libs/kernel';
import { orNull } from './shapes.js';

const Reason = t.keyof(
  {
    'malformed-key': null,
    'unknown-key': null,
    'unknown-subject': null,
    'account-deleted': null,
    'account-blocked': null,
    'revoked-key': null,
    'superseded-key': null,
    'expired-key': null,
    'state-too-old': null,
    'unknown-action': null,
    'unknown-resource': null,
    'unsupported-channel': null,
    'other-organization': null,
    'other-project': null,
    'project-archived': null,
    'organization-suspended': null,
    'not-a-member': null,
    'not-a-collaborator': null,
    'external-suspended': null,
    'key-lacks-permission': null,
    'role-lacks-permission': null,
    'owner-only': null,
    'project-key': null,
    'legacy-key': null,
    'organization-owner': null,
    'organization-admin': null,
    'organization-member': null,
    'project-admin': null,
    'project-member': null,
    'external-collaborator': null,
  } satisfies Readonly<Record<Decided['reason'], null>>,
  'Reason',
);

export const Decision = t.type(
  {
    decision: t.boolean,
    reason: Reason,
    principal: t.union([
      t.type({ type: t.literal('api_key'), id: ApiKeyId, projectId: ProjectId, organizationId: OrganizationId }),
      t.type({ type: t.literal('user'), id: AccountId, organizationId: orNull(OrganizationId) }),
      t.null,
    ]),
    attribution: orNull(
      t.type({
        organizationId: orNull(OrganizationId),
        projectId: orNull(ProjectId),
        apiKeyId: orNull(ApiKeyId),
        fallback: t.union([t.keyof({ fallback: null, externalFallback: null }), t.null]),
        listingScope: t.keyof({ project: null, defaultProject: null, organization: null }),
      }),
    ),
    evidence: t.readonlyArray(t.type({ position: t.string, type: t.string })),
  },
  'Decision',
);

/** In the spelling of KEY-40. */
export const Whoami = t.type(
  {
    api_key_id: ApiKeyId,
    organization_id: OrganizationId,
    organization_name: t.string,
    project_id: ProjectId,
    project_name: t.string,
    project_slug: t.string,
    user_id: orNull(AccountId),
  },
  'Whoami',
);

const clientError = <Code extends string>(code: Code, name: string) =>
  t.type(
    {
      error: t.type({
        message: t.string,
        type: t.literal('invalid_request_error'),
        param: t.null,
        code: t.literal(code),
      }),
    },
    name,
  );

/** ERR-02's body. */
export const KeyRefused = clientError('invalid_api_key', 'KeyRefused');
export type KeyRefused = t.TypeOf<typeof KeyRefused>;

/** The same shape, of a good key that may not do this. */
export const KeyDenied = clientError('permission_denied', 'KeyDenied');
export type KeyDenied = t.TypeOf<typeof KeyDenied>;

/** Of whom a proxy may let a request through. */
export const Admitted = t.type(
  { apiKeyId: ApiKeyId, projectId: ProjectId, organizationId: OrganizationId },
  'Admitted',
);
export type Admitted = t.TypeOf<typeof Admitted>;

export const Liveness = t.type({ status: t.literal('ok') }, 'Liveness');

export const Readiness = t.type(
  {
    status: t.keyof({ ready: null, 'not-ready': null }),
    readSide: t.keyof({ 'catching-up': null, live: null, stopped: null, halted: null }),
    stateAgeMs: orNull(t.number),
    boundMs: t.number,
  },
  'Readiness',
);
