import { RevokeKeyHandler, UpdateKeyHandler } from './commands/change-key.js';
import { CreateKeyHandler } from './commands/create-key.js';
import { IssueLegacyKeyHandler, RegenerateLegacyKeyHandler, RevealLegacyKeyHandler } from './commands/legacy-key.js';
import { RevokeKeysHandler } from './commands/revoke-keys.js';
import { RotateKeyHandler } from './commands/rotate-key.js';

export { RevokeKey, UpdateKey } from './commands/change-key.js';
export { CreateKey, KeySettings } from './commands/create-key.js';
export { IssueLegacyKey, RegenerateLegacyKey, RevealLegacyKey } from './commands/legacy-key.js';
export { RevokeKeys } from './commands/revoke-keys.js';
export { finishRotation, RotateKey } from './commands/rotate-key.js';
export type { ApiKeyFailure } from './domain/api-key.js';
export * from './domain/key-format.js';
export type { LegacyKeyFailure } from './domain/legacy-key.decider.js';
export type { KeyDocument } from './projections/keys-of-project.js';
export type { LegacyKeyDocument } from './projections/legacy-keys.js';
export { ApiKeys, endOf, statusOf } from './queries/api-keys.js';
export { Credentials } from './queries/credentials.js';
export { LegacyKeys } from './queries/legacy-keys.js';
export { UnfinishedRotations } from './queries/unfinished.js';
export const apiKeyHandlers = [
  CreateKeyHandler,
  UpdateKeyHandler,
  RevokeKeyHandler,
  RevokeKeysHandler,
  RotateKeyHandler,
  IssueLegacyKeyHandler,
  RegenerateLegacyKeyHandler,
  RevealLegacyKeyHandler,
];
