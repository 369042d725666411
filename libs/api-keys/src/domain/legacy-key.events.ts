import * as t from 'io-ts';
import {
  ApiKeyId,
  Digest,
  eventCodec,
  type EventOf,
  eventSchema,
  exact,
  OrganizationId,
  ProjectId,
} from '#libs/kernel';
import { origin } from './foreign.js';

const key = { keyId: ApiKeyId, organizationId: OrganizationId, projectId: ProjectId };

const LegacyKeyIssued = eventSchema(exact({ ...key, digest: Digest, hint: t.string }));
/** Its secret was made elsewhere and is held nowhere here. `digest` as in `KeyImported`. */
const LegacyKeyImported = eventSchema(exact({ ...key, digest: Digest, name: t.string, hint: t.string, ...origin }));
/** `supersedes` is the digest of the secret that this ended, so that this one event says by itself which. */
const LegacyKeyRegenerated = eventSchema(
  exact({ ...key, digest: Digest, supersedes: Digest, hint: t.string, secretVersion: t.number }),
);
const LegacyKeyRevealed = eventSchema(exact({ ...key, secretVersion: t.number }));

/** Stream `legacyKey-<organizationId>`: an organization has one at most (KEY-28), under one id for ever (AMB-03). */
export const legacyKeyEvents = eventCodec({
  LegacyKeyIssued,
  LegacyKeyImported,
  LegacyKeyRegenerated,
  LegacyKeyRevealed,
});
export type LegacyKeyEvent = EventOf<typeof legacyKeyEvents>;
