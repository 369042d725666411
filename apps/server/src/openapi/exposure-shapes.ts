import * as t from 'io-ts';
import { AccountId, ApiKeyId, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import { ApiKey } from './key-shapes.js';
import { AuditEvent, orNull } from './shapes.js';

const from = t.type({ at: Timestamp, position: t.string });

/** `cause` is the type of an event; or `expiry` or `rotation`, without a position, where time alone does it. */
const to = orNull(t.type({ at: Timestamp, cause: t.string, position: orNull(t.string) }));

/** How far a node had applied the log when it last reported, at `at`; null from one of an older release. */
const node = t.type({
  node: t.string,
  position: orNull(t.string),
  at: Timestamp,
  /** In the last two minutes. A node that was killed stays listed for 90 days. */
  reports: t.boolean,
  refuses: t.boolean,
});

/** Null while it is good. `everywhere`: by each node that reports. */
const refused = orNull(
  t.type({
    position: orNull(t.string),
    everywhere: t.boolean,
    nodes: t.readonlyArray(node),
  }),
);

const secret = { secretVersion: orNull(t.number), liveFrom: from, liveTo: to, refused };

export const Exposure = t.type(
  {
    apiKeyId: ApiKeyId,
    projectId: ProjectId,
    organizationId: OrganizationId,
    name: orNull(t.string),
    hint: t.string,
    status: ApiKey.props.status,
    createdBy: orNull(t.type({ id: AccountId, name: orNull(t.string), email: orNull(t.string) })),
    via: AuditEvent.props.via,
    replacedBy: orNull(ApiKeyId),
    ...secret,
    /** Of a legacy key every secret that it has had; null for any other key. */
    secrets: orNull(t.readonlyArray(t.type(secret, 'ExposedSecret'))),
    lastUsedAt: orNull(Timestamp),
    lastUsedFrom: orNull(t.string),
    /** Of an earlier use nothing may be known; null where it cannot be told now. */
    usesKnownSince: orNull(Timestamp),
    actionsPossible: t.readonlyArray(t.string),
    /** Other live keys of the project, made by the same person. */
    sameMaker: t.readonlyArray(ApiKeyId),
  },
  'Exposure',
);
