import type { Digest } from '#libs/kernel';
import type { Cite, KeyFact } from '../domain/facts.js';
import { KeyRows } from './key-rows.js';
import { kindOf, kindWith } from './kinds.js';
import type { Places } from './places.js';
import { Positions } from './positions.js';
import { idAt, kindAt, placeAt, PLACES, readPlace } from './words.js';

/** What a decision needs to refuse a key that has ended for good: no more is known of it than its last event says by itself. */
export const remembered = (key: KeyFact): KeyFact => {
  const { revoked, endsAt, replaced } = key;
  if (revoked !== null) return { ...nothing(key), revoked };
  return endsAt === -Infinity ? { ...nothing(key), endsAt, replaced } : key;
};

type Named = Pick<KeyFact, 'id' | 'organizationId' | 'projectId' | 'digest' | 'legacy'>;

const nothing = ({ id, organizationId, projectId, digest, legacy }: Named): KeyFact => ({
  id,
  organizationId,
  projectId,
  digest,
  legacy,
  created: null,
  expiresAt: Infinity,
  expiry: null,
  firstExpiresAt: Infinity,
  revoked: null,
  endsAt: Infinity,
  replaced: null,
});

/** Keys that were revoked, or replaced. There are ever more of them, and nobody waits for a refusal: chains of six cost little memory. */
export class DeadKeys {
  readonly rows = new KeyRows({ byDigest: 6, byId: 6 });
  private readonly ended = new Positions();

  constructor(private readonly places: Places) {}

  /** Takes the key that was read, as it is remembered. `unnamed`: its id is another's by now. */
  take(key: KeyFact, unnamed: boolean): boolean {
    const end = endOf(key);
    if (end === null) return false;
    const kind = kindWith({ type: end.type, legacy: key.legacy, unnamed });
    const place = this.places.numberOf(key.organizationId, key.projectId);
    if (kind < 0 || place >= PLACES) return false;
    readPlace(place, kind);
    this.ended.set(this.rows.add(), end.position);
    return true;
  }

  fact(row: number, digest: Digest): KeyFact {
    const [page, at] = [this.rows.page(row), this.rows.at(row)];
    const place = placeAt(page, at);
    const { type, legacy } = kindOf(kindAt(page, at));
    const key = nothing({
      id: idAt(page, at),
      digest,
      organizationId: this.places.organizationOf(place),
      projectId: this.places.projectOf(place),
      legacy,
    });
    const cite = { position: this.ended.get(row), type };
    return type === 'KeyRevoked' ? { ...key, revoked: cite } : { ...key, endsAt: -Infinity, replaced: cite };
  }

  remove(row: number): void {
    const last = this.rows.remove(row);
    if (last !== row) this.ended.set(row, this.ended.get(last));
    this.ended.shrink(last);
  }
}

/** What ended a key for good, if something did. */
const endOf = ({ revoked, endsAt, replaced }: KeyFact): Cite | null =>
  revoked ?? (endsAt === -Infinity ? replaced : null);
