import {
  type Aggregate,
  type Decision,
  type Digest,
  E,
  type NotFound,
  notFound,
  type OrganizationId,
  type Timestamp,
} from '#libs/kernel';
import { type Scope, type ServiceTokenEvent, serviceTokenEvents } from './service-token.events.js';

export type ServiceTokenCommand =
  | {
      readonly type: 'CreateServiceToken';
      readonly name: string;
      readonly scopes: ReadonlyArray<Scope>;
      readonly organizationIds: ReadonlyArray<OrganizationId> | null;
      readonly digest: Digest;
      readonly expiresAt: Timestamp | null;
      readonly now: Timestamp;
    }
  | { readonly type: 'RevokeServiceToken' };

export type ServiceTokenFailure = NotFound | { readonly _tag: 'ExpiryInThePast'; readonly expiresAt: Timestamp };

type State = 'none' | 'live' | 'revoked';

const decide = (command: ServiceTokenCommand, state: State): Decision<ServiceTokenFailure, ServiceTokenEvent> => {
  switch (command.type) {
    case 'CreateServiceToken': {
      const { name, digest, expiresAt, now } = command;
      if (state !== 'none') return E.right([]);
      if (expiresAt !== null && now >= expiresAt) return E.left({ _tag: 'ExpiryInThePast', expiresAt });
      const scopes = [...new Set(command.scopes)].sort();
      const organizationIds = command.organizationIds && [...new Set(command.organizationIds)].sort();
      return E.right([{ type: 'ServiceTokenCreated', data: { name, scopes, organizationIds, digest, expiresAt } }]);
    }
    case 'RevokeServiceToken':
      if (state === 'none') return E.left(notFound('service token'));
      return E.right(state === 'revoked' ? [] : [{ type: 'ServiceTokenRevoked', data: {} }]);
  }
};

/** A token that one of the operator's own services calls with. */
export const serviceToken: Aggregate<ServiceTokenCommand, State, ServiceTokenEvent, ServiceTokenFailure> = {
  category: 'serviceToken',
  events: serviceTokenEvents,
  initialState: 'none',
  decide,
  evolve: (_, { type }) => (type === 'ServiceTokenCreated' ? 'live' : 'revoked'),
};
