import type { Digest } from '#libs/kernel';
import type { KeyFact } from '../domain/facts.js';
import { KeyRows } from './key-rows.js';
import { kindOf, kindWith } from './kinds.js';
import type { Places } from './places.js';
import { Positions } from './positions.js';
import { endedBy, endOf } from './remembered.js';
import { idAt, kindAt, placeAt, PLACES, readPlace } from './words.js';

/** Keys that have ended for good. There are ever more of them, and nobody waits for a refusal: long chains cost little memory. */
export class DeadKeys {
  readonly rows = new KeyRows({ byDigest: 4, byId: 16 });
  private readonly ended = new Positions();

  constructor(private readonly places: Places) {}

  /** Takes the key that was read, as it is remembered. `unnamed`: its id is another's by now. */
  take(key: KeyFact, unnamed: boolean): boolean {
    const end = endOf(key);
    if (end === null) return false;
    const kind = kindWith({ type: end.type, legacy: key.legacy, unnamed });
    const place = this.places.numberOf(key.organizationId, key.projectId);
    if (kind === undefined || place >= PLACES) return false;
    readPlace(place, kind);
    this.ended.set(this.rows.add(), end.position);
    return true;
  }

  fact(row: number, digest: Digest): KeyFact {
    const [page, at] = [this.rows.page(row), this.rows.at(row)];
    const place = placeAt(page, at);
    const { type, legacy } = kindOf(kindAt(page, at));
    const organizationId = this.places.organizationOf(place);
    const key = { id: idAt(page, at), digest, organizationId, projectId: this.places.projectOf(place), legacy };
    return endedBy(key, { position: this.ended.get(row), type });
  }

  remove(row: number): void {
    const last = this.rows.remove(row);
    if (last !== row) this.ended.set(row, this.ended.get(last));
    this.ended.shrink(last);
  }
}
