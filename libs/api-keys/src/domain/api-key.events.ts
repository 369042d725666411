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
import { origin } from './foreign.js';

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
/** Rotated: it ends at `endsAt`, if nothing ends it sooner. What replaces it follows from this one event, also after a crash. */
const KeyReplaced = eventSchema(
  exact({
    ...key,
    endsAt: Timestamp,
    replacedBy: ApiKeyId,
    replacement: exact({
      digest: Digest,
      name: t.string,
      hint: t.string,
      createdBy: AccountId,
      expiresAt: t.union([Timestamp, t.null]),
    }),
  }),
);
/** A key of another system. Its `digest` is an HMAC of the digest it came with, under a key that is not in the log. */
const KeyImported = eventSchema(
  exact({ ...key, name: t.string, hint: t.string, expiresAt: t.union([Timestamp, t.null]), ...origin }),
);

/** Stream `apiKey-<keyId>`; of an imported key the id follows from its digest, so that none is imported twice. The secret is nowhere; its SHA-256 is `digest`. */
export const apiKeyEvents = eventCodec({
  KeyCreated,
  KeyRenamed,
  KeyExpirationSet,
  KeyExpirationCanceled,
  KeyRevoked,
  KeyReplaced,
  KeyImported,
});
export type ApiKeyEvent = EventOf<typeof apiKeyEvents>;
