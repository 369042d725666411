import type { AccountId, ApiKeyId, OrganizationId, Projection, ProjectId, Timestamp } from '#libs/kernel';
import { type ApiKeyEvent, apiKeyEvents } from '../domain/api-key.events.js';

/** A key as it is listed (KEY-37). Its digest is not part of it. */
export interface KeyDocument {
  readonly id: ApiKeyId;
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly name: string;
  readonly hint: string;
  /** Null for a key that was imported. */
  readonly createdBy: AccountId | null;
  readonly createdAt: Timestamp;
  readonly expiresAt: Timestamp | null;
  readonly revokedAt: Timestamp | null;
  readonly revokedBy: AccountId | null;
  readonly replaces: ApiKeyId | null;
  readonly replacedBy: ApiKeyId | null;
  /** When a rotation ends it; null while nothing has replaced it. */
  readonly endsAt: Timestamp | null;
  readonly replacedAt: Timestamp | null;
  /** The position of the last change: what an `ETag` is made of. */
  readonly changed: bigint;
}

const untouched = { revokedAt: null, revokedBy: null, replacedBy: null, endsAt: null, replacedAt: null };

type Made = Pick<
  KeyDocument,
  'organizationId' | 'projectId' | 'name' | 'hint' | 'createdBy' | 'expiresAt' | 'replaces'
>;

export const keyMade = (
  { organizationId, projectId, name, hint, createdBy, expiresAt, replaces }: Made,
  { id, at, position }: { readonly id: ApiKeyId; readonly at: Timestamp; readonly position: bigint },
): KeyDocument => {
  const made = { organizationId, projectId, name, hint, createdBy, expiresAt, replaces };
  return { id, ...made, createdAt: at, ...untouched, changed: position };
};

export const keysOfProject: Projection<KeyDocument, ApiKeyEvent> & { readonly events: typeof apiKeyEvents } = {
  category: 'apiKey',
  events: apiKeyEvents,
  project: (doc, { id, at, by, position: changed, event }) => {
    const when = { id: id as ApiKeyId, at, position: changed };
    if (event.type === 'KeyCreated') return keyMade(event.data, when);
    if (event.type === 'KeyImported') return keyMade({ ...event.data, createdBy: null, replaces: null }, when);
    if (doc === undefined) return doc;
    switch (event.type) {
      case 'KeyRenamed':
        return { ...doc, name: event.data.name, changed };
      case 'KeyExpirationSet':
        return { ...doc, expiresAt: event.data.expiresAt, changed };
      case 'KeyExpirationCanceled':
        return { ...doc, expiresAt: null, changed };
      case 'KeyRevoked':
        return { ...doc, revokedAt: at, revokedBy: by, changed };
      case 'KeyReplaced':
        return { ...doc, replacedBy: event.data.replacedBy, endsAt: event.data.endsAt, replacedAt: at, changed };
    }
  },
};
