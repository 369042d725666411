import { commandIdFrom, derivedId } from '#libs/event-store';
import type { ApiKeyId, Digest } from '#libs/kernel';

/** The id of an imported legacy key follows from its digest, for ever: so it is imported once, however often its line is sent. */
export const importedLegacyKeyId = (digest: Digest): ApiKeyId =>
  derivedId(commandIdFrom('imported-legacy-key', digest), 'key');

/** Of a key of a project. An id of its own: were it the legacy key's too, what befell the one would befall the other. */
export const importedKeyId = (digest: Digest): ApiKeyId => derivedId(commandIdFrom('imported-key', digest), 'key');
