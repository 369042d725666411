import type { Digest, OrganizationId, Projection, ServiceTokenId, Timestamp } from '#libs/kernel';
import { type Scope, type ServiceTokenEvent, serviceTokenEvents } from '../domain/service-token.events.js';

export interface ServiceTokenDocument {
  readonly id: ServiceTokenId;
  readonly name: string;
  readonly scopes: ReadonlyArray<Scope>;
  readonly organizationIds: ReadonlyArray<OrganizationId> | null;
  readonly digest: Digest;
  readonly expiresAt: Timestamp | null;
  readonly createdAt: Timestamp;
  readonly revokedAt: Timestamp | null;
  readonly changed: bigint;
}

export const serviceTokens: Projection<ServiceTokenDocument, ServiceTokenEvent> & {
  readonly events: typeof serviceTokenEvents;
} = {
  category: 'serviceToken',
  events: serviceTokenEvents,
  project: (doc, { id, at, position: changed, event }) => {
    switch (event.type) {
      case 'ServiceTokenCreated':
        return { id: id as ServiceTokenId, ...event.data, createdAt: at, revokedAt: null, changed };
      case 'ServiceTokenRevoked':
        return doc && { ...doc, revokedAt: at, changed };
    }
  },
};
