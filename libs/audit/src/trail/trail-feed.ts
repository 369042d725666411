import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { E } from '#libs/kernel';
import {
  type Batch,
  type EventStore,
  isPlumbing,
  type Position,
  Progress,
  START,
  StoreFailed,
  type StreamName,
  type Subscription,
} from '#libs/event-store';
import { ProjectHomes } from './project-homes.js';
import { type Readability, type Readied, readied } from './readied.js';
import type { TrailEnd, TrailIndex } from './trail-index.js';

type Status = 'catching-up' | 'live' | 'halted' | 'stopped';

/** In ms: the longest pause before a lost subscription, or a trail that could not be written, is tried again. */
const LONGEST_PAUSE = 2_000;

/** How long it has to have been at it, in ms, for its speed to tell anything. */
const TELLING = 1_000;

/** How many events are made ready in one turn of the event loop: whoever asks for a decision waits for no more than these. */
const SLICE = 100;

/** Carries the log into the trail, from a subscription of its own: nothing else waits for it. */
export class TrailFeed {
  status: Status = 'catching-up';
  /** Why the trail can be neither read nor written just now. */
  unavailable: string | undefined;
  /** When it last took something of the log, if only a heartbeat: by this process's own clock, in ms. */
  heardAt = performance.now();
  private readonly progress = new Progress();
  private subscription: Subscription | undefined;
  private running: Promise<void> | undefined;
  private opened = false;
  private readonly homes: ProjectHomes;
  private began: { readonly at: number; readonly position: Position } | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly index: TrailIndex,
    private readonly readable: Readability,
    private readonly onTrouble: (failure: unknown) => void = () => undefined,
  ) {
    this.homes = new ProjectHomes(store);
  }

  /** Everything up to here is in the trail. */
  get position(): Position {
    return this.progress.position;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** True once everything up to `position` is in the trail; false when `ms` passed first, or will for all that can be told. */
  reached(position: Position, ms: number): Promise<boolean> {
    return this.progress.reached(position, this.takesLonger(position, ms) ? 0 : ms);
  }

  /** Somebody could not read the index, or not believe it: it is opened anew, which makes it anew where it is damaged. */
  doubt(why: string): void {
    if (this.status === 'halted' || this.stopped()) return;
    this.lose(why);
    this.subscription?.close();
  }

  async stop(): Promise<void> {
    this.status = 'stopped';
    this.progress.stop();
    this.subscription?.close();
    await this.running;
    await this.index.close();
  }

  private stopped(): boolean {
    return this.status === 'stopped';
  }

  /** While it catches up with a long log: as fast as until now, it will not be there in time. */
  private takesLonger(position: Position, ms: number): boolean {
    const { status, began } = this;
    if (status === 'live' || began === undefined) return false;
    if (status !== 'catching-up') return true;
    const took = performance.now() - began.at;
    const [done, left] = [Number(this.position - began.position), Number(position - this.position)];
    return took > TELLING && (left / done) * took > ms;
  }

  private async run(): Promise<void> {
    for (let pause = 50; !this.stopped(); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        if (!this.opened) await this.open();
        // Who stopped it meanwhile had no subscription to close.
        if (this.stopped()) return;
        this.subscription = this.store.subscribe({ after: this.position });
        for await (const batch of this.subscription) {
          await this.take(batch);
          pause = 50;
        }
      } catch (failure) {
        if (this.stopped()) return;
        this.onTrouble(failure);
        if (failure instanceof StoreFailed && failure.failure._tag === 'CorruptEvent') {
          this.status = 'halted';
          this.progress.stop();
          return;
        }
      }
      if (!this.stopped()) await sleep(pause, undefined, { ref: false });
    }
  }

  /** What the trail has is of this log only as far as the log still has it: a log restored from a backup may have less. */
  private async open(): Promise<void> {
    // Until it is known what there is: whoever read the index as it was before is told that it is behind.
    this.progress.position = START;
    this.began = undefined;
    if (!this.stopped()) this.status = 'catching-up';
    const end = await this.indexed(() => this.index.open(this.store.logId));
    const isOurs = await this.isOfThisLog(end);
    if (!isOurs) await this.indexed(() => this.index.clear());
    this.progress.position = isOurs ? end.position : START;
    this.began = { at: performance.now(), position: this.position };
    this.unavailable = undefined;
    this.opened = true;
  }

  private async isOfThisLog({ position, last }: TrailEnd): Promise<boolean> {
    if (last === null) return position === START;
    const found = await this.store.read(last.stream as StreamName, { from: last.revision, limit: 1 })();
    if (E.isLeft(found)) throw new StoreFailed(found.left);
    const [there] = found.right;
    return there?.id === last.id && there.position === position;
  }

  /** The next slice is made ready while the one before is written: two threads, at work at once. */
  private async take(batch: Batch): Promise<void> {
    const news = batch.events.filter((recorded) => recorded.position > this.position && !isPlumbing(recorded));
    let writing: Promise<void> = Promise.resolve();
    try {
      for (let n = 0; n < news.length; n += SLICE) {
        const slice = news.slice(n, n + SLICE);
        const ready = await readied(slice, this.readable, this.homes);
        await turn();
        await writing;
        writing = this.write(ready);
        // Awaited below, maybe some turns after it has failed.
        writing.catch(() => undefined);
      }
    } finally {
      await writing;
    }
    if (batch.position > this.position) this.progress.position = batch.position;
    if (batch.caughtUp && this.status === 'catching-up') this.status = 'live';
    this.heardAt = performance.now();
    this.progress.wake();
  }

  private async write({ events, end }: Readied): Promise<void> {
    await this.indexed(() => this.index.append(events, end));
    this.progress.position = end.position;
    this.progress.wake();
  }

  private async indexed<A>(work: () => Promise<A>): Promise<A> {
    try {
      const done = await work();
      this.unavailable = undefined;
      return done;
    } catch (thrown) {
      this.lose(thrown instanceof Error ? thrown.message : String(thrown));
      throw thrown;
    }
  }

  private lose(why: string): void {
    this.opened = false;
    this.unavailable = why;
    this.progress.stop();
  }
}
