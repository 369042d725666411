import type { AccountDocument } from '#libs/accounts';
import { type KeyDocument, statusOf } from '#libs/api-keys';
import { timestampOf } from '#libs/kernel';
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

export const organizationView = ({ changed: _, ...organization }: OrganizationDocument) => ({
  ...organization,
  legacyKeyId: null,
});

/** Whether it has lapsed is the time's to say (ORG-13). `email` is null once it was erased. */
export const invitationView = ({ id, status, expiresAt, createdAt }: InvitationDocument, email: string | null) => {
  const lapsed = status === 'pending' && isLapsed(expiresAt, timestampOf(Date.now()));
  const shown: InvitationStatus = lapsed ? 'expired' : status;
  return { id, email, status: shown, expiresAt, createdAt };
};

export const projectView = ({ changed: _, ...project }: ProjectDocument) => project;

export const keyView = (key: KeyDocument) => {
  const { organizationId: _organization, changed: _changed, ...shown } = key;
  return { ...shown, status: statusOf(key, timestampOf(Date.now())), lastUsedAt: null };
};

export const serviceTokenView = ({ digest: _digest, changed: _changed, ...token }: ServiceTokenDocument) => token;
