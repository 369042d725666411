import { isIP } from 'node:net';
import type { ApiKeyId } from '#libs/kernel';
import { laterOf, type Use, type UseOfKey } from './use.js';

interface Entry {
  at: number;
  ip: string | null;
}

/** The longest that an address is written (RFC 4291 §2.2); one with a zone may be longer, and says nothing elsewhere. */
const LONGEST_ADDRESS = 45;

/** An address as it may be kept; anything else says nothing. */
const addressOf = (ip: unknown): string | null =>
  typeof ip === 'string' && ip.length <= LONGEST_ADDRESS && isIP(ip) !== 0 ? ip : null;

/**
 * What this node has seen and the store does not have yet: at most one small object per key, whatever is asked of it. Two
 * windows: one that is on its way to the store, and the one that began when that was taken.
 */
export class Unreported {
  private current = new Map<ApiKeyId, Entry>();
  private taken = new Map<ApiKeyId, Entry>();
  private takenAt = 0;
  /** Uses before this moment were dropped; null while none were. */
  lostBefore: number | null = null;

  /** `most`: keys that it holds, in both windows. */
  constructor(private readonly most: number) {}

  get size(): number {
    return this.current.size + this.taken.size;
  }

  /** Runs within a decision: no I/O, nothing to wait for, and no new object for a key that was seen in this window. */
  record(keyId: ApiKeyId, at: number, ip: unknown): void {
    const entry = this.current.get(keyId);
    if (entry === undefined) {
      this.begin(keyId, at, ip);
      return;
    }
    // A clock may go back.
    if (at < entry.at) return;
    entry.at = at;
    if (entry.ip !== ip) entry.ip = addressOf(ip);
  }

  get(keyId: ApiKeyId): Use | undefined {
    return laterOf<Use>(this.current.get(keyId), this.taken.get(keyId));
  }

  /** Ends the window, unless the one before it has yet to be reported. Answers when the window to report now was ended. */
  take(now: number): number {
    if (this.taken.size === 0) {
      [this.taken, this.current] = [this.current, this.taken];
      this.takenAt = now;
    }
    return this.takenAt;
  }

  /** Some of the window that was taken. They stay until `reported`. */
  part(most: number): ReadonlyArray<UseOfKey> {
    const part: UseOfKey[] = [];
    for (const [keyId, { at, ip }] of this.taken) {
      if (part.length === most) break;
      part.push({ keyId, at, ip });
    }
    return part;
  }

  reported(part: ReadonlyArray<UseOfKey>): void {
    for (const { keyId } of part) this.taken.delete(keyId);
  }

  private begin(keyId: ApiKeyId, at: number, ip: unknown): void {
    if (this.size >= this.most) {
      this.lostBefore = Math.max(this.lostBefore ?? 0, at);
      // The older window goes first: what of it is still in use is in the newer one, too.
      this.taken = new Map();
      if (this.current.size >= this.most) return;
    }
    this.current.set(keyId, { at, ip: addressOf(ip) });
  }
}
