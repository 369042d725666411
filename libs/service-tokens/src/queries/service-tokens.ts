import { Documents, type Follows, follow, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import type { Timestamp } from '#libs/kernel';
import { serviceTokenEvents } from '../domain/service-token.events.js';
import { type ServiceTokenDocument, serviceTokens } from '../projections/service-tokens.js';

const all = 'service-tokens';

/** Service tokens: by id and in a list for the operator, by digest for whoever calls with one. */
export class ServiceTokens implements ReadModel {
  private readonly documents = new Documents(serviceTokens, () => all);
  private readonly idByDigest = new Map<string, string>();
  readonly follows: ReadonlyArray<Follows> = [
    this.documents.follows,
    follow({ category: 'serviceToken', events: serviceTokenEvents }, ({ id, event }) => {
      if (event.type === 'ServiceTokenCreated') this.idByDigest.set(event.data.digest, id);
    }),
  ];

  get(id: string): ServiceTokenDocument | undefined {
    return this.documents.get(id);
  }

  page(page: PageOf): Listed<ServiceTokenDocument> {
    return this.documents.page(all, page);
  }

  /** The token while it is good. */
  live(digest: string, now: Timestamp): ServiceTokenDocument | undefined {
    const token = this.get(this.idByDigest.get(digest) ?? '');
    if (token === undefined || token.revokedAt !== null) return undefined;
    return token.expiresAt !== null && now >= token.expiresAt ? undefined : token;
  }
}
