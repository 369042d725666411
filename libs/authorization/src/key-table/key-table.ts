import { type Digest, millisOf, type Timestamp } from '#libs/kernel';
import type { KeyFact } from '../domain/facts.js';
import { NONE } from './chains.js';
import { DeadKeys } from './dead-keys.js';
import { type KeyRows, MOST_ROWS } from './key-rows.js';
import { LiveKeys } from './live-keys.js';
import type { Places } from './places.js';
import { remembered, rememberedAfter } from './remembered.js';
import { digestAt, isIdAt, readDigest, readId } from './words.js';

interface Keys {
  readonly rows: KeyRows;
  fact(row: number, digest: Digest): KeyFact;
  remove(row: number): void;
}

/** Which of a key's names have a place in its words. */
interface Fits {
  readonly id: boolean;
  readonly digest: boolean;
}

/** Reads the key, for everything that is done with it until the next is read. */
const fitting = ({ id, digest }: KeyFact): Fits => ({ digest: readDigest(digest), id: readId(id) });

/** How far clocks may be apart: only who is further behind could still have made a key go on that has ended by itself. */
const APART = 24 * 60 * 60_000;
/** So many events, and then a look at twice as many keys: whoever makes one pays for two that may have ended. */
const OFTEN = 64;

/**
 * What decisions have to know of every key, live or dead, in a few typed arrays: no object, no string for each. The facts of one are made when it
 * is looked up. Keys that do not fit (an id of another length, another expiration, an overlap of a rotation) are few, and held as they are.
 */
export class KeyTable {
  private readonly live: LiveKeys[] = [];
  private readonly dead: DeadKeys[] = [];
  private readonly others = new Map<string, KeyFact>();
  private readonly othersByDigest = new Map<string, KeyFact>();
  private events = 0;
  private hand = 0;
  private othersHand = this.others.values();

  constructor(
    private readonly places: Places,
    private readonly mostRows = MOST_ROWS,
  ) {}

  /** How many keys are held in which way. */
  get sizes(): { readonly live: number; readonly dead: number; readonly others: number } {
    const sum = (all: ReadonlyArray<Keys>) => all.reduce((size, { rows }) => size + rows.size, 0);
    return { live: sum(this.live), dead: sum(this.dead), others: this.others.size };
  }

  byId(id: string): KeyFact | undefined {
    const found = readId(id) ? this.find((rows) => rows.withId()) : undefined;
    if (found === undefined) return this.others.get(id);
    const { keys, row } = found;
    return keys.fact(row, digestAt(keys.rows.page(row), keys.rows.at(row)));
  }

  byDigest(digest: string): KeyFact | undefined {
    const found = readDigest(digest) ? this.find((rows) => rows.withDigest()) : undefined;
    return found === undefined ? this.othersByDigest.get(digest) : found.keys.fact(found.row, digest as Digest);
  }

  /** Instead of whatever was known of the key. */
  put(key: KeyFact): void {
    this.forget(key.id);
    this.add(key);
  }

  /** A key that was not known before, under another digest at least: to look for its id among all that there are is left out. */
  add(key: KeyFact): void {
    const kept = remembered(key);
    const fits = fitting(kept);
    this.others.delete(kept.id);
    if (this.isTaken(kept, fits)) this.others.set(kept.id, kept);
    else this.take(kept, fits.id && fits.digest, { named: true });
  }

  /** A secret that the key of this id had before: found by its digest alone. */
  putFormer(key: KeyFact): void {
    const kept = remembered(key);
    const fits = fitting(kept);
    if (!this.isTaken(kept, fits)) this.take(kept, fits.id && fits.digest, { named: false });
  }

  /**
   * Told with every event of a key. Of what ended by itself a day before, by the event's time and by this node's own, only what refuses it is
   * kept from here on: whoever writes with a clock that runs ahead ends nothing.
   */
  passed(recorded: { readonly at: Timestamp }): void {
    this.events += 1;
    if (this.events % OFTEN !== 0) return;
    // Asked for this seldom, for it has to be parsed.
    const time = Math.min(millisOf(recorded.at), Date.now()) - APART;
    for (let n = 0; n < OFTEN; n += 1) {
      this.settleOne(time);
      this.settleOne(time);
      const { done, value } = this.othersHand.next();
      if (done === true) this.othersHand = this.others.values();
      else this.settle(value, time);
    }
  }

  /** All that is known, in no order that means anything: for whoever compares two tables. */
  *facts(): Generator<KeyFact> {
    for (const keys of [...this.live, ...this.dead])
      for (let row = 0; row < keys.rows.size; row += 1)
        yield keys.fact(row, digestAt(keys.rows.page(row), keys.rows.at(row)));
    yield* new Set([...this.others.values(), ...this.othersByDigest.values()]);
  }

  private settleOne(time: number): void {
    const keys = this.live[this.hand >>> 24];
    const row = this.hand & MOST_ROWS;
    if (keys === undefined || row >= keys.rows.size)
      this.hand = keys === undefined ? 0 : ((this.hand >>> 24) + 1) << 24;
    else if (keys.endOf(row) > time) this.hand += 1;
    else this.settle(keys.fact(row, digestAt(keys.rows.page(row), keys.rows.at(row))), time);
  }

  private settle(key: KeyFact, time: number): void {
    const kept = rememberedAfter(key, time);
    if (kept !== key) this.put(kept);
  }

  /** A digest is one key's for good: whoever came first in the log keeps it. What is left of the same key goes. */
  private isTaken({ id, digest }: KeyFact, fits: Fits): boolean {
    const found = fits.digest ? this.find((rows) => rows.withDigest()) : undefined;
    if (found === undefined) {
      const holder = this.othersByDigest.get(digest);
      if (holder !== undefined && holder.id !== id) return true;
      this.othersByDigest.delete(digest);
      return false;
    }
    const { keys, row } = found;
    if (!fits.id || !isIdAt(keys.rows.page(row), keys.rows.at(row))) return true;
    keys.remove(row);
    return false;
  }

  private take(key: KeyFact, fits: boolean, { named }: { readonly named: boolean }): void {
    if (fits) {
      const isLive = named && this.last(this.live, LiveKeys).take(key);
      if (isLive || this.last(this.dead, DeadKeys).take(key, !named)) return;
    }
    if (named) this.others.set(key.id, key);
    this.othersByDigest.set(key.digest, key);
  }

  private forget(id: string): void {
    const found = readId(id) ? this.find((rows) => rows.withId()) : undefined;
    if (found !== undefined) {
      found.keys.remove(found.row);
      return;
    }
    const other = this.others.get(id);
    if (other === undefined) return;
    this.others.delete(id);
    if (this.othersByDigest.get(other.digest) === other) this.othersByDigest.delete(other.digest);
  }

  private find(row: (rows: KeyRows) => number): { readonly keys: Keys; readonly row: number } | undefined {
    for (const keys of this.live) {
      const found = row(keys.rows);
      if (found !== NONE) return { keys, row: found };
    }
    for (const keys of this.dead) {
      const found = row(keys.rows);
      if (found !== NONE) return { keys, row: found };
    }
    return undefined;
  }

  /** One with room for another key. */
  private last<K extends Keys>(all: K[], another: new (places: Places) => K): K {
    const open = all.find(({ rows }) => rows.size < this.mostRows);
    if (open !== undefined) return open;
    const made = new another(this.places);
    all.push(made);
    return made;
  }
}
