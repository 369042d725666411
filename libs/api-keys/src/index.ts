import { RevokeKeyHandler, UpdateKeyHandler } from './commands/change-key.js';
import { CreateKeyHandler } from './commands/create-key.js';
import { ImportKeyHandler } from './commands/import-keys.js';
import { IssueLegacyKeyHandler, RegenerateLegacyKeyHandler } from './commands/legacy-key.js';
import { RevealLegacyKeyHandler } from './commands/reveal-legacy-key.js';
import { StorePepperHandler } from './commands/peppers.js';
import { RevokeKeysHandler } from './commands/revoke-keys.js';
import { RotateKeyHandler } from './commands/rotate-key.js';

export { RevokeKey, RevokeKeyHandler, UpdateKey, UpdateKeyHandler } from './commands/change-key.js';
export { CreateKey, type KeyMade, KeySettings } from './commands/create-key.js';
export type { ForeignKey } from './commands/foreign-key.js';
export { ImportKey } from './commands/import-keys.js';
export { IssueLegacyKey, RegenerateLegacyKey } from './commands/legacy-key.js';
export { RevealLegacyKey } from './commands/reveal-legacy-key.js';
export { StorePepper } from './commands/peppers.js';
export { RevokeKeys } from './commands/revoke-keys.js';
export { finishRotation, RotateKey } from './commands/rotate-key.js';
export type { ApiKeyFailure } from './domain/api-key.js';
export { Algorithm, Encoding, PepperName } from './domain/foreign.js';
export * from './domain/key-format.js';
export type { LegacyKeyFailure } from './domain/legacy-key.decider.js';
export type { PepperFailure } from './domain/peppers.decider.js';
export { digestOf, readDigest } from './imports/foreign-digest.js';
export { ImportedDigests } from './imports/imported-digests.js';
export { PepperKeys } from './imports/pepper-keys.js';
export { PepperEncoding, readPepper } from './imports/pepper-value.js';
export { Rehearsal } from './imports/rehearsal.js';
export type { KeyDocument } from './projections/keys-of-project.js';
export type { LegacyKeyDocument } from './projections/legacy-keys.js';
export { ApiKeys, endOf, statusOf } from './queries/api-keys.js';
export { Credentials } from './queries/credentials.js';
export { ImportedKinds } from './queries/imported-kinds.js';
export * from './queries/key-reports.js';
export { LegacyKeys } from './queries/legacy-keys.js';
export { Peppers } from './queries/peppers.js';
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
  ImportKeyHandler,
  StorePepperHandler,
];
