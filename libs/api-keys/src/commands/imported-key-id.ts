import { commandIdFrom, derivedId } from '#libs/event-store';
import type { ApiKeyId, Digest } from '#libs/kernel';

/** The id of an imported key follows from its digest, for ever: so it is imported once, however often its line is sent. */
export const importedKeyId = (digest: Digest): ApiKeyId => derivedId(commandIdFrom('imported-key', digest), 'key');
