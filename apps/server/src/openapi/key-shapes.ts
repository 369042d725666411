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

const known = {
  /** Of an earlier use nothing may be known. Null where it cannot be told now. */
  knownSince: orNull(Timestamp),
  /** Which nodes record, or ended without a word; what each saw before `reportedAt` is known. */
  reportedBy: t.readonlyArray(t.type({ node: t.string, reportedAt: Timestamp })),
};

export const LastUse = t.type({ lastUsedAt: orNull(Timestamp), ip: orNull(t.string), ...known }, 'LastUse');

const reportedKey = {
  ...apiKey,
  why: t.keyof({
    'maker-deleted': null,
    'maker-blocked': null,
    'maker-suspended': null,
    'maker-left': null,
    'never-used': null,
    'expiring-soon': null,
  }),
  /** No use of it is known since then; null but for `never-used`. */
  unusedSince: orNull(Timestamp),
  lastUsedFrom: orNull(t.string),
};

export const ApiKeyReport = t.type(
  {
    items: t.readonlyArray(t.type(reportedKey, 'ReportedApiKey')),
    nextCursor: orNull(t.string),
    complete: t.boolean,
    position: t.string,
    ...known,
  },
  'ApiKeyReport',
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
