import type { ApiKeyId, OrganizationId, Projection, ProjectId, Timestamp } from '#libs/kernel';
import { type LegacyKeyEvent, legacyKeyEvents } from '../domain/legacy-key.events.js';

/** An organization's legacy key as its owner sees it (KEY-29). Neither its digest nor its secret is part of it. */
export interface LegacyKeyDocument {
  readonly id: ApiKeyId;
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly hint: string;
  readonly secretVersion: number;
  /** False while its secret is one that was imported: that can't be revealed. */
  readonly secretHeld: boolean;
  readonly createdAt: Timestamp;
  readonly regeneratedAt: Timestamp | null;
  /** The position of the last change: what an `ETag` is made of. */
  readonly changed: bigint;
}

export const legacyKeys: Projection<LegacyKeyDocument, LegacyKeyEvent> & { readonly events: typeof legacyKeyEvents } = {
  category: 'legacyKey',
  events: legacyKeyEvents,
  project: (doc, { at, position: changed, event }) => {
    switch (event.type) {
      case 'LegacyKeyIssued':
      case 'LegacyKeyImported': {
        const { keyId: id, organizationId, projectId, hint } = event.data;
        const secret = { hint, secretVersion: 1, secretHeld: event.type === 'LegacyKeyIssued' };
        return { id, organizationId, projectId, ...secret, createdAt: at, regeneratedAt: null, changed };
      }
      case 'LegacyKeyRegenerated': {
        const { hint, secretVersion } = event.data;
        return doc && { ...doc, hint, secretVersion, secretHeld: true, regeneratedAt: at, changed };
      }
      case 'LegacyKeyRevealed':
        return doc && { ...doc, changed };
    }
  },
};
