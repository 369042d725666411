import * as t from 'io-ts';
import { AccountId, ApiKeyId, ProjectId, Timestamp } from '#libs/kernel';
import { orNull } from './shapes.js';

const apiKey = {
  id: ApiKeyId,
  projectId: ProjectId,
  name: t.string,
  hint: t.string,
  status: t.keyof({ active: null, expired: null, revoked: null, superseded: null }),
  createdBy: orNull(AccountId),
  createdAt: Timestamp,
  expiresAt: orNull(Timestamp),
  revokedAt: orNull(Timestamp),
  revokedBy: orNull(AccountId),
  lastUsedAt: orNull(Timestamp),
  replaces: orNull(ApiKeyId),
  replacedBy: orNull(ApiKeyId),
};

export const ApiKey = t.type(apiKey, 'ApiKey');
/** The secret is shown once: it is null where the answer is a replay. */
export const NewApiKey = t.type({ ...apiKey, secret: orNull(t.string) }, 'NewApiKey');

export const RevokedKeys = t.type(
  {
    revoked: t.readonlyArray(t.type({ ...apiKey, position: t.string })),
    legacy: t.readonlyArray(ApiKeyId),
    /** Where in the list of secrets no key was found. */
    unknown: t.readonlyArray(t.number),
  },
  'RevokedKeys',
);

export const LegacyKey = t.type(
  {
    id: ApiKeyId,
    projectId: ProjectId,
    hint: t.string,
    secretVersion: t.number,
    secretHeld: t.boolean,
    createdAt: Timestamp,
    regeneratedAt: orNull(Timestamp),
    lastUsedAt: orNull(Timestamp),
  },
  'LegacyKey',
);
const legacySecret = { id: ApiKeyId, secretVersion: t.number };
export const IssuedLegacyKey = t.type(legacySecret, 'IssuedLegacyKey');
/** The secret is null where the answer is a replay. */
export const RegeneratedLegacyKey = t.type({ ...legacySecret, secret: orNull(t.string) }, 'RegeneratedLegacyKey');
export const RevealedSecret = t.type({ secret: orNull(t.string) }, 'RevealedSecret');
