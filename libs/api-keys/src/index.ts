import { RevokeKeyHandler, UpdateKeyHandler } from './commands/change-key.js';
import { CreateKeyHandler } from './commands/create-key.js';

export { RevokeKey, UpdateKey } from './commands/change-key.js';
export { CreateKey, KeySettings } from './commands/create-key.js';
export type { ApiKeyFailure } from './domain/api-key.decider.js';
export * from './domain/key-format.js';
export type { KeyDocument } from './projections/keys-of-project.js';
export { ApiKeys, statusOf } from './queries/api-keys.js';

export const apiKeyHandlers = [CreateKeyHandler, UpdateKeyHandler, RevokeKeyHandler];
