import { createSecretKey, type KeyObject } from 'node:crypto';
import { E, O } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import type { PepperName } from '../domain/foreign.js';
import { pepperHeld, pepperRow } from './pepper-value.js';

/** In ms: the first wait for another try, and the longest. */
const [SOON, LATE] = [200, 10_000];

/** The peppers in memory, each had from the vault once. What can't be had is tried again until it can. */
export class PepperKeys {
  private readonly keys = new Map<PepperName, KeyObject | null>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;

  constructor(
    private readonly vault: Pick<Vault, 'recall'>,
    private readonly onTrouble: (failure: unknown) => void,
    private readonly soon = SOON,
  ) {}

  /** The log names it: from now on it is wanted. */
  want(name: PepperName): void {
    if (this.keys.has(name)) return;
    this.keys.set(name, null);
    void this.load(name, this.soon);
  }

  /** Undefined while it has yet to come. */
  get(name: PepperName): KeyObject | undefined {
    return this.keys.get(name) ?? undefined;
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async load(name: PepperName, pause: number): Promise<void> {
    const held = await this.vault.recall(pepperRow(name))();
    if (this.stopped) return;
    if (E.isRight(held) && O.isSome(held.right)) {
      this.keys.set(name, createSecretKey(pepperHeld(held.right.value)));
      return;
    }
    // Told once of each pepper, at its first failure.
    if (pause === this.soon) this.onTrouble(E.isLeft(held) ? held.left : { _tag: 'PepperNotHeld', name });
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.load(name, Math.min(pause * 2, LATE));
    }, pause);
    this.timers.add(timer.unref());
  }
}
