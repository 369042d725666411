import type { AccountDocument } from '#libs/accounts';
import { endOf, type KeyDocument, type LegacyKeyDocument, statusOf } from '#libs/api-keys';
import { type ApiKeyId, timestampOf } from '#libs/kernel';
import {
  type InvitationDocument,
  type InvitationStatus,
  isLapsed,
  type OrganizationDocument,
} from '#libs/organizations';
import type { ProjectDocument } from '#libs/projects';
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

export const keyView = (key: KeyDocument) => {
  const { organizationId: _organization, changed: _changed, endsAt: _ends, ...shown } = key;
  const now = timestampOf(Date.now());
  return { ...shown, expiresAt: endOf(key), status: statusOf(key, now), lastUsedAt: null };
};

export const legacyKeyView = ({ organizationId: _organization, changed: _changed, ...shown }: LegacyKeyDocument) => ({
  ...shown,
  lastUsedAt: null,
});

export const serviceTokenView = ({ digest: _digest, changed: _changed, ...token }: ServiceTokenDocument) => token;
