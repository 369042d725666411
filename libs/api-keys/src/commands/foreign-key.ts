import type { Refusal } from '#libs/authorization';
import type { Position, TransactFailure } from '#libs/event-store';
import type { ApiKeyId, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import type { ApiKeyFailure } from '../domain/api-key.js';
import type { LegacyKeyFailure } from '../domain/legacy-key.decider.js';
import type { ForeignKind } from '../imports/foreign-digest.js';

interface Foreign extends ForeignKind {
  readonly name: string;
  readonly digest: Buffer;
  readonly externalId: string | null;
}

export type ForeignProjectKey = Foreign & { readonly projectId: ProjectId; readonly expiresAt: Timestamp | null };
export type ForeignLegacyKey = Foreign & { readonly legacyOf: OrganizationId };

/** A key that another system made: of a project, or the one of an organization that is older than projects. */
export type ForeignKey = ForeignProjectKey | ForeignLegacyKey;

export type ImportFailure = ApiKeyFailure | LegacyKeyFailure | Refusal | TransactFailure;

export interface Imported {
  readonly id: ApiKeyId;
  /** False where this very key is there already. */
  readonly changed: boolean;
  readonly position: Position;
}
