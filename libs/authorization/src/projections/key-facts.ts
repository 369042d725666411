import { type ApiKeyEvent, apiKeyEvents } from '#libs/api-keys/events';
import { type ApiKeyId, millisOf, type Recorded, type Timestamp } from '#libs/kernel';
import type { KeyFact } from '../domain/facts.js';
import { cite, type FactFold } from './people-facts.js';

/** What befalls few keys. */
const untouched = { legacy: false, endsAt: Infinity, replaced: null } as const;

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
  ...untouched,
});

/** The first event of nearly every key, and for most the only one. */
const created = (
  recorded: Recorded<ApiKeyEvent>,
  data: Extract<ApiKeyEvent, { type: 'KeyCreated' | 'KeyImported' }>['data'],
): KeyFact => {
  const { organizationId, projectId, digest } = data;
  const expiresAt = millis(data.expiresAt);
  return {
    id: recorded.id as ApiKeyId,
    organizationId,
    projectId,
    digest,
    created: cite(recorded),
    expiresAt,
    expiry: null,
    firstExpiresAt: expiresAt,
    revoked: null,
    ...untouched,
  };
};

/** Without an overlap it has ended, whatever a node's clock says. */
const endOf = (endsAt: Timestamp, at: Timestamp): number => (endsAt <= at ? -Infinity : millisOf(endsAt));

export const keyFact: FactFold<KeyFact, ApiKeyEvent> = {
  category: 'apiKey',
  events: apiKeyEvents,
  project: (fact, recorded: Recorded<ApiKeyEvent>) => {
    const { event } = recorded;
    if (event.type === 'KeyRenamed') return fact;
    const key = fact ?? known(recorded.id, event.data);
    switch (event.type) {
      case 'KeyCreated':
      case 'KeyImported':
        return created(recorded, event.data);
      case 'KeyExpirationSet':
        return { ...key, expiresAt: millisOf(event.data.expiresAt), expiry: cite(recorded) };
      case 'KeyExpirationCanceled':
        return { ...key, expiresAt: Infinity, expiry: cite(recorded) };
      case 'KeyRevoked':
        return { ...key, revoked: cite(recorded) };
      case 'KeyReplaced':
        return { ...key, endsAt: endOf(event.data.endsAt, recorded.at), replaced: cite(recorded) };
    }
  },
};
