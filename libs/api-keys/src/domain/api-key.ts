import type { AccountId, ApiKeyId, Digest, NotFound, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import type { Algorithm, PepperName } from './foreign.js';

export type ApiKeyCommand =
  | {
      readonly type: 'CreateKey';
      readonly organizationId: OrganizationId;
      readonly projectId: ProjectId;
      readonly name: string;
      readonly digest: Digest;
      readonly hint: string;
      readonly createdBy: AccountId;
      readonly expiresAt: Timestamp | null;
      readonly archived: boolean;
      readonly now: Timestamp;
    }
  | {
      readonly type: 'ImportKey';
      readonly organizationId: OrganizationId;
      readonly projectId: ProjectId;
      readonly name: string;
      readonly digest: Digest;
      readonly hint: string;
      readonly expiresAt: Timestamp | null;
      readonly algorithm: Algorithm;
      readonly pepper: PepperName | null;
      readonly externalId: string | null;
      readonly archived: boolean;
      readonly now: Timestamp;
    }
  | {
      readonly type: 'RotateKey';
      readonly replacedBy: ApiKeyId;
      readonly digest: Digest;
      readonly hint: string;
      readonly createdBy: AccountId;
      /** The overlap's end; the key's own, where that is sooner. */
      readonly endsAt: Timestamp;
      readonly archived: boolean;
      readonly now: Timestamp;
    }
  /** What a rotation has left to do, as its event says it: the key that replaces another. */
  | {
      readonly type: 'SucceedKey';
      readonly organizationId: OrganizationId;
      readonly projectId: ProjectId;
      readonly replaces: ApiKeyId;
      readonly name: string;
      readonly digest: Digest;
      readonly hint: string;
      readonly createdBy: AccountId;
      readonly expiresAt: Timestamp | null;
    }
  | {
      readonly type: 'UpdateKey';
      readonly name?: string;
      /** null cancels the expiration (KEY-20). */
      readonly expiresAt?: Timestamp | null;
      readonly now: Timestamp;
    }
  | { readonly type: 'RevokeKey' };

export type ApiKeyFailure =
  | NotFound
  | { readonly _tag: 'KeyExists' }
  | { readonly _tag: 'ProjectArchived' }
  | { readonly _tag: 'KeyRevoked' }
  | { readonly _tag: 'KeyExpired' }
  /** Replaced by a rotation: it ends at `endsAt`, and no later. */
  | { readonly _tag: 'KeyReplaced'; readonly endsAt: Timestamp }
  | { readonly _tag: 'KeySuperseded' }
  | { readonly _tag: 'ExpiryInThePast'; readonly expiresAt: Timestamp };
