import { randomBytes } from 'node:crypto';
import { type ApiKeyId, E, type TE } from '#libs/kernel';
import { Reporter } from './reporter.js';
import { Unreported } from './unreported.js';
import { laterOf, shownAt, type Use } from './use.js';
import { type Known, type UsesUnavailable, type UseStore, usesUnavailable } from './use-store.js';
import { within } from './within.js';

/** Keys that are looked up at once: a few ms of the event loop where the store is a file that holds a million. */
const PART = 500;

interface Settings {
  /** Keys whose use is held here while the store is away. */
  readonly most: number;
  /** How long a reader waits for the store, and who stops for the last report, in ms. */
  readonly patience: number;
  /** How far this node has applied the log: which keys it refuses by now. */
  readonly position: () => bigint | null;
}

/** A million keys are some 150 MB. */
const usual: Settings = { most: 1_000_000, patience: 2_000, position: () => null };

/** In ms: how long nobody waits again for a store that did not answer, where there is something to show without it. */
const REST = 10_000;

/** When keys were last used, as far as this node and the store know. */
export class KeyUses {
  private readonly unreported: Unreported;
  private readonly reporter: Reporter;
  private readonly patience: number;
  private restsUntil = 0;

  constructor(
    private readonly store: UseStore,
    onTrouble: (failure: UsesUnavailable) => void,
    settings: Partial<Settings> = {},
  ) {
    const { most, patience, position } = { ...usual, ...settings };
    this.patience = patience;
    this.unreported = new Unreported(most);
    // Of this run of the process: nobody has to see to it that no two nodes have the same name.
    const node = `node_${randomBytes(8).toString('hex')}`;
    this.reporter = new Reporter(this.unreported, store, node, onTrouble, position);
  }

  /** That a key was presented and found good, whatever was then decided. `ip`: what is no address is not kept. */
  record(keyId: ApiKeyId, at: number, ip: unknown): void {
    this.unreported.record(keyId, at, ip);
  }

  /** Keys whose use is here, and is not in the store yet. */
  get waiting(): number {
    return this.unreported.size;
  }

  /** For a node that records. One that only reads needs no start. */
  start(): void {
    this.reporter.start();
  }

  /** Reports now, and does not wait for its time. */
  report(): Promise<boolean> {
    return this.reporter.report();
  }

  async stop(): Promise<void> {
    await this.reporter.stop(this.patience);
    await within(
      this.store.close().catch(() => undefined),
      this.patience,
    );
  }

  /** Of those of these keys whose use is known. */
  of(keyIds: ReadonlyArray<ApiKeyId>): TE.TaskEither<UsesUnavailable, ReadonlyMap<string, Use>> {
    return async () => {
      const all = new Map<string, Use>();
      for (let at = 0; at < keyIds.length; at += PART) {
        const part = keyIds.slice(at, at + PART);
        const stored = await this.patiently(this.store.read(part));
        if (E.isLeft(stored)) return stored;
        this.withOwn(part, stored.right).forEach((use, keyId) => all.set(keyId, use));
      }
      return E.right(all);
    };
  }

  /** The same for whoever has something else to show, and shows it also where the store is away. */
  async atHand(keyIds: ReadonlyArray<ApiKeyId>): Promise<ReadonlyMap<string, Use>> {
    const now = Date.now();
    if (now < this.restsUntil) return this.withOwn(keyIds, new Map());
    const found = await this.of(keyIds)();
    if (E.isRight(found)) return found.right;
    this.restsUntil = now + REST;
    return this.withOwn(keyIds, new Map());
  }

  known(): TE.TaskEither<UsesUnavailable, Known> {
    return () => this.patiently(this.store.known());
  }

  private async patiently<A>(work: TE.TaskEither<UsesUnavailable, A>): Promise<E.Either<UsesUnavailable, A>> {
    return (await within(work(), this.patience)) ?? E.left(usesUnavailable('it does not answer'));
  }

  private withOwn(keyIds: ReadonlyArray<ApiKeyId>, stored: ReadonlyMap<string, Use>): ReadonlyMap<string, Use> {
    const now = Date.now();
    const all = new Map<string, Use>();
    for (const keyId of keyIds) {
      const use = laterOf(stored.get(keyId), this.unreported.get(keyId));
      if (use !== undefined) all.set(keyId, shownAt(use, now));
    }
    return all;
  }
}
