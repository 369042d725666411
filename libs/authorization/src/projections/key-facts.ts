import { type ApiKeyEvent, apiKeyEvents } from '#libs/api-keys/events';
import { type ApiKeyId, millisOf, type Recorded, type Timestamp } from '#libs/kernel';
import type { KeyFact } from '../domain/facts.js';
import { cite, type FactFold } from './people-facts.js';

type KeyEvent = Exclude<ApiKeyEvent, { type: 'KeyRenamed' }>;

const millis = (expiresAt: Timestamp | null): number => (expiresAt === null ? Infinity : millisOf(expiresAt));

/** A key known by any event that names it: what takes a key away says so by itself, without the event that made it. */
const known = (id: string, { organizationId, projectId, digest }: KeyEvent['data']): KeyFact => ({
  id: id as ApiKeyId,
  organizationId,
  projectId,
  digest,
  created: null,
  expiresAt: Infinity,
  expiry: null,
  firstExpiresAt: Infinity,
  revoked: null,
});

export const keyFact: FactFold<KeyFact, ApiKeyEvent> = {
  category: 'apiKey',
  events: apiKeyEvents,
  project: (fact, recorded: Recorded<ApiKeyEvent>) => {
    const { event } = recorded;
    if (event.type === 'KeyRenamed') return fact;
    const key = fact ?? known(recorded.id, event.data);
    switch (event.type) {
      case 'KeyCreated': {
        const expiresAt = millis(event.data.expiresAt);
        return { ...key, created: cite(recorded), expiresAt, firstExpiresAt: expiresAt };
      }
      case 'KeyExpirationSet':
        return { ...key, expiresAt: millisOf(event.data.expiresAt), expiry: cite(recorded) };
      case 'KeyExpirationCanceled':
        return { ...key, expiresAt: Infinity, expiry: cite(recorded) };
      case 'KeyRevoked':
        return { ...key, revoked: cite(recorded) };
    }
  },
};
