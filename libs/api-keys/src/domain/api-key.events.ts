import * as t from 'io-ts';
import {
  AccountId,
  ApiKeyId,
  Digest,
  eventCodec,
  type EventOf,
  eventSchema,
  exact,
  OrganizationId,
  ProjectId,
  Timestamp,
} from '#libs/kernel';

/**
 * Which key, whose, and found by which digest. Every event that takes a key away says so by itself: a decision that
 * cites it can be folded again from that one event.
 */
const key = { organizationId: OrganizationId, projectId: ProjectId, digest: Digest };

const KeyCreated = eventSchema(
  exact({
    ...key,
    name: t.string,
    hint: t.string,
    createdBy: AccountId,
    expiresAt: t.union([Timestamp, t.null]),
    replaces: t.union([ApiKeyId, t.null]),
  }),
);
const KeyRenamed = eventSchema(exact({ organizationId: OrganizationId, projectId: ProjectId, name: t.string }));
const KeyExpirationSet = eventSchema(exact({ ...key, expiresAt: Timestamp }));
const KeyExpirationCanceled = eventSchema(exact(key));
const KeyRevoked = eventSchema(exact(key));

/** Stream `apiKey-<keyId>`. The secret is nowhere; its SHA-256 is `digest`. */
export const apiKeyEvents = eventCodec({
  KeyCreated,
  KeyRenamed,
  KeyExpirationSet,
  KeyExpirationCanceled,
  KeyRevoked,
});
export type ApiKeyEvent = EventOf<typeof apiKeyEvents>;
