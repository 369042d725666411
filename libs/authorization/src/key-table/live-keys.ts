import type { Digest } from '#libs/kernel';
import type { KeyFact } from '../domain/facts.js';
import { KeyRows } from './key-rows.js';
import { kindOf, kindWith } from './kinds.js';
import type { Places } from './places.js';
import { narrowed, widened } from './positions.js';
import { endOf } from './remembered.js';
import { idAt, kindAt, placeAt, PLACES, readPlace } from './words.js';

const PAGE = 8_192;

/** Nine pairs of words for each key: its own thirteen; one that is not used; the position of what made it, narrowed; when it expires. */
const PAIRS = 9;
const MADE = 7;
const END = 8;

/** A page of rows, as what lies in it beside the words. */
interface Page {
  readonly made: BigInt64Array;
  readonly ends: Float64Array;
}

/** Keys that are as the event that made them left them. Found in as few steps as can be: a decision waits for it. */
export class LiveKeys {
  readonly rows = new KeyRows({ byDigest: 1, byId: 1 }, PAIRS * 2);
  private readonly pages: Page[] = [];

  constructor(private readonly places: Places) {}

  /** Takes the key that was read. False for one that is known by more than the event that made it. */
  take(key: KeyFact): boolean {
    const { created, legacy, expiresAt, firstExpiresAt, endsAt } = key;
    if (created === null || key.expiry !== null || key.replaced !== null || endOf(key) !== null) return false;
    if (endsAt !== Infinity || firstExpiresAt !== expiresAt) return false;
    const kind = kindWith({ type: created.type, legacy, unnamed: false });
    const position = narrowed(created.position);
    const place = this.places.numberOf(key.organizationId, key.projectId);
    if (kind === undefined || position === undefined || place >= PLACES) return false;
    readPlace(place, kind);
    this.set(this.rows.add(), position, expiresAt);
    return true;
  }

  fact(row: number, digest: Digest): KeyFact {
    const [page, at] = [this.rows.page(row), this.rows.at(row)];
    const place = placeAt(page, at);
    const { type, legacy } = kindOf(kindAt(page, at));
    const expiresAt = this.endOf(row);
    return {
      id: idAt(page, at),
      organizationId: this.places.organizationOf(place),
      projectId: this.places.projectOf(place),
      digest,
      legacy,
      created: { position: widened(this.madeAt(row)), type },
      expiresAt,
      expiry: null,
      firstExpiresAt: expiresAt,
      revoked: null,
      endsAt: Infinity,
      replaced: null,
    };
  }

  remove(row: number): void {
    const last = this.rows.remove(row);
    this.pages.length = Math.min(this.pages.length, Math.ceil(last / PAGE) + 1);
  }

  private madeAt(row: number): bigint {
    return this.pages[row >>> 13]?.made[(row & (PAGE - 1)) * PAIRS + MADE] ?? 0n;
  }

  endOf(row: number): number {
    return this.pages[row >>> 13]?.ends[(row & (PAGE - 1)) * PAIRS + END] ?? Infinity;
  }

  private set(row: number, made: bigint, end: number): void {
    const bytes = this.rows.page(row).buffer;
    const page = (this.pages[row >>> 13] ??= { made: new BigInt64Array(bytes), ends: new Float64Array(bytes) });
    const at = (row & (PAGE - 1)) * PAIRS;
    page.made[at + MADE] = made;
    page.ends[at + END] = end;
  }
}
