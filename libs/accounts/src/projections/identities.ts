import type { AccountId, Projection } from '#libs/kernel';
import { type IdentityEvent, identityEvents } from '../domain/email.events.js';

/** Whose identity it is; the stream's id is the HMAC of provider and subject. */
export interface IdentityDocument {
  readonly accountId: AccountId;
}

export const identities: Projection<IdentityDocument, IdentityEvent> & { readonly events: typeof identityEvents } = {
  category: 'identity',
  events: identityEvents,
  project: (_, { event: { data } }) => ({ accountId: data.accountId }),
};
