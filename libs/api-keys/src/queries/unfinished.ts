import type { ApiKeyId } from '#libs/kernel';
import { follow, TodoList } from '#libs/read-models';
import { type ApiKeyEvent, apiKeyEvents } from '../domain/api-key.events.js';

export interface UnfinishedRotation {
  /** The key that was replaced. */
  readonly id: ApiKeyId;
  readonly replaced: Extract<ApiKeyEvent, { type: 'KeyReplaced' }>['data'];
}

/** Keys that were replaced by others which have yet to be made. */
export class UnfinishedRotations extends TodoList<UnfinishedRotation> {
  readonly follows = [
    follow({ category: 'apiKey', events: apiKeyEvents }, ({ id, event }) => {
      if (event.type === 'KeyReplaced') this.add(event.data.replacedBy, { id: id as ApiKeyId, replaced: event.data });
      if (event.type === 'KeyCreated') this.remove(id);
    }),
  ];
}
