import * as t from 'io-ts';
import { AccountId, ApiKeyId, OrganizationId, ProjectId, Role, ServiceTokenId, Timestamp } from '#libs/kernel';
import { listOf, orNull } from './shapes.js';

const Actor = t.union(
  [
    t.type({ type: t.literal('user'), id: AccountId }),
    t.type({ type: t.literal('service'), id: ServiceTokenId }),
    t.type({ type: t.keyof({ operator: null, system: null }) }),
  ],
  'Actor',
);

/** An event that gave what is told of, or that limits it. */
const evidence = t.readonlyArray(t.type({ position: t.string, type: t.string, at: Timestamp, actor: Actor }));

const CollaboratorThen = t.type(
  {
    accountId: AccountId,
    email: orNull(t.string),
    name: orNull(t.string),
    role: Role,
    kind: t.keyof({ member: null, external: null }),
    via: t.keyof({ row: null, 'org-role': null, 'default-project': null }),
    suspended: t.boolean,
    addedAt: Timestamp,
    /** What an auditor should look at. */
    warning: orNull(t.literal('external-in-default-project')),
    evidence,
  },
  'CollaboratorThen',
);

const apiKey = {
  id: ApiKeyId,
  name: t.string,
  hint: t.string,
  status: t.literal('active'),
  createdBy: orNull(AccountId),
  createdAt: Timestamp,
  /** By what was known then. */
  expiresAt: orNull(Timestamp),
  /** What it could be used for, and its maker's own role did not give. */
  beyondMaker: t.readonlyArray(t.string),
  evidence,
};
const ApiKeyThen = t.type(apiKey, 'ApiKeyThen');
/** `lastUsedAt`: as it is known today, whenever the report ends. */
const ReviewedApiKey = t.type({ ...apiKey, lastUsedAt: orNull(Timestamp) }, 'ReviewedApiKey');

export const AccessThen = t.type(
  {
    projectId: ProjectId,
    at: Timestamp,
    position: t.string,
    collaborators: t.readonlyArray(CollaboratorThen),
    apiKeys: t.readonlyArray(ApiKeyThen),
  },
  'AccessThen',
);

/** `cause` is the type of an event; or `expiry` or `rotation`, without a position, where time alone did it. */
const end = t.type({ at: Timestamp, cause: t.string, position: orNull(t.string) }, 'AccessEnd');

export const AccessHistory = listOf(
  t.type(
    { from: Timestamp, to: orNull(Timestamp), role: orNull(Role), openedBy: end, closedBy: orNull(end) },
    'Access',
  ),
);

const moment = { at: Timestamp, position: t.string };
const reviewed = {
  collaborators: t.readonlyArray(CollaboratorThen),
  apiKeys: t.readonlyArray(ReviewedApiKey),
};

const AccessChange = t.type(
  {
    at: Timestamp,
    what: t.keyof({ gained: null, lost: null, changed: null }),
    accountId: orNull(AccountId),
    apiKeyId: orNull(ApiKeyId),
    /** Of the person, or of the key. */
    name: orNull(t.string),
    email: orNull(t.string),
    before: orNull(Role),
    after: orNull(Role),
    cause: t.string,
    position: orNull(t.string),
    actor: orNull(Actor),
  },
  'AccessChange',
);

export const AccessReview = t.type(
  {
    projectId: ProjectId,
    projectName: t.string,
    organizationId: OrganizationId,
    organizationName: t.string,
    from: t.type(moment),
    to: t.type(moment),
    began: t.type(reviewed),
    changes: t.readonlyArray(AccessChange),
    ended: t.type(reviewed),
  },
  'AccessReview',
);

/** As a table to calculate with (RFC 4180), and as a page to print and sign. */
export const AccessReviewTable = t.string;
export const AccessReviewPage = t.string;
