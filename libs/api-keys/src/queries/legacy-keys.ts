import { type LiveState, mayRead, type Reader, type Refusal } from '#libs/authorization';
import { E, notFound, type Timestamp } from '#libs/kernel';
import { Documents, type ReadModel } from '#libs/read-models';
import { type LegacyKeyDocument, legacyKeys } from '../projections/legacy-keys.js';

/** The legacy keys of organizations, each for its owner alone (KEY-29, PRM-14). */
export class LegacyKeys implements ReadModel {
  private readonly documents = new Documents(legacyKeys, () => '');
  readonly follows = [this.documents.follows];

  constructor(private readonly live: LiveState) {}

  get(reader: Reader, organizationId: string, now: Timestamp): E.Either<Refusal, LegacyKeyDocument> {
    const place = { type: 'organization', id: organizationId } as const;
    const refusal = mayRead(this.live, reader, { action: 'legacy-key:read', place, now });
    if (refusal !== undefined) return E.left(refusal);
    const found = this.documents.get(organizationId);
    return found === undefined ? E.left(notFound('legacy key')) : E.right(found);
  }
}
