import type { AccountDocument } from '#libs/accounts';
import { endOf, type KeyDocument, type LegacyKeyDocument, statusOf } from '#libs/api-keys';
import type { Known } from '#libs/key-uses';
import { type ApiKeyId, type Timestamp, timestampOf } from '#libs/kernel';
import {
  type InvitationDocument,
  type InvitationStatus,
  isLapsed,
  type OrganizationDocument,
} from '#libs/organizations';
import type { ProjectDocument } from '#libs/projects';
import type { ResourceDocument } from '#libs/resources';
import type { ServiceTokenDocument } from '#libs/service-tokens';

/** The shapes of `api.md`: the documents, less what is not for showing. Absent is `null`. */
export const accountView = ({ id, provider, status, createdAt }: AccountDocument, organizationId: string | null) => ({
  id,
  provider,
  status,
  organizationId,
  createdAt,
});

export const organizationView = (
  { changed: _, ...organization }: OrganizationDocument,
  legacyKeyId: ApiKeyId | null,
) => ({ ...organization, legacyKeyId });

/** Whether it has lapsed is the time's to say (ORG-13). `email` is null once it was erased. */
export const invitationView = ({ id, status, expiresAt, createdAt }: InvitationDocument, email: string | null) => {
  const lapsed = status === 'pending' && isLapsed(expiresAt, timestampOf(Date.now()));
  const shown: InvitationStatus = lapsed ? 'expired' : status;
  return { id, email, status: shown, expiresAt, createdAt };
};

export const projectView = ({ changed: _, ...project }: ProjectDocument) => project;

/** A key that was just made has not been used. */
export const keyView = (key: KeyDocument, lastUsedAt: Timestamp | null = null) => {
  const { organizationId: _organization, changed: _changed, endsAt: _ends, replacedAt: _at, ...shown } = key;
  const now = timestampOf(Date.now());
  return { ...shown, expiresAt: endOf(key), status: statusOf(key, now), lastUsedAt };
};

export const legacyKeyView = (
  { organizationId: _organization, changed: _changed, ...shown }: LegacyKeyDocument,
  lastUsedAt: Timestamp | null,
) => ({ ...shown, lastUsedAt });

/** How much is known of when keys were used. */
export interface KnownUses {
  readonly knownSince: Timestamp | null;
  readonly reportedBy: ReadonlyArray<{ readonly node: string; readonly reportedAt: Timestamp }>;
}

export const knownView = ({ since, nodes }: Known): KnownUses => ({
  knownSince: timestampOf(since),
  reportedBy: nodes.map(({ node, at }) => ({ node, reportedAt: timestampOf(at) })),
});

export const nothingKnown: KnownUses = { knownSince: null, reportedBy: [] };

export const serviceTokenView = ({ digest: _digest, changed: _changed, ...token }: ServiceTokenDocument) => token;

export const resourceView = ({ organizationId: _organization, changed: _changed, ...shown }: ResourceDocument) => shown;
