import * as t from 'io-ts';
import { Digest, eventCodec, type EventOf, eventSchema, exact, OrganizationId, Timestamp } from '#libs/kernel';

/** What a service may be allowed to ask or do. A closed list: an unknown scope is refused when the token is made. */
export const Scope = t.keyof({
  decisions: null,
  audit: null,
  identity: null,
  resources: null,
  'act-as': null,
  replica: null,
  watch: null,
});
export type Scope = t.TypeOf<typeof Scope>;

const ServiceTokenCreated = eventSchema(
  exact({
    name: t.string,
    scopes: t.array(Scope),
    /** Everywhere, or in these organizations only. */
    organizationIds: t.union([t.array(OrganizationId), t.null]),
    digest: Digest,
    expiresAt: t.union([Timestamp, t.null]),
  }),
);
const ServiceTokenRevoked = eventSchema(exact({}));

/** Stream `serviceToken-<serviceTokenId>`. The token itself is nowhere; its SHA-256 is `digest`. */
export const serviceTokenEvents = eventCodec({ ServiceTokenCreated, ServiceTokenRevoked });
export type ServiceTokenEvent = EventOf<typeof serviceTokenEvents>;
