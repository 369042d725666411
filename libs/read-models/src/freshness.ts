import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandContext,
  type EventStore,
  newCommandId,
  type RecordedEvent,
  recordable,
  type StoreFailure,
  type StreamName,
} from '#libs/event-store';
import { E, eventCodec, eventSchema, exact, pipe, TE, timestampOf } from '#libs/kernel';
import type { ReadSide } from './read-side.js';

/** One stream of one event: left out of trail, exports and proofs. */
const stream: StreamName = 'heartbeat-log';
const heartbeat = { events: eventCodec({ HeartbeatRecorded: eventSchema(exact({})) }) };

/** How often a node looks for the heartbeat of another one that was first. */
const TRIES = 3;

/** How long an end waits for a look that is under way, in ms. */
const LAST_LOOK = 1_000;

const context = (): CommandContext => ({
  commandId: newCommandId(),
  actor: { type: 'system' },
  via: null,
  requestId: 'heartbeat',
  at: timestampOf(Date.now()),
});

/**
 * When did this node last *confirm* that it is at the head of the log? A quiet log and a dead subscription look alike,
 * so there is always something to deliver: a heartbeat, written by whichever node finds the last one too old. The
 * age of anything is measured on this node's own monotonic clock; no clock is compared with another's.
 */
export class Freshness {
  private confirmedAt = -Infinity;
  /** When a heartbeat was last new to this node, or written by it. */
  private beatAt = -Infinity;
  private last: { readonly revision: number; readonly seenAt: number } | undefined;
  private lookedAt = -Infinity;
  private retained = false;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private beating: Promise<void> | undefined;
  /** Who answers has less than was there before: it leads no more, and does not know it yet. */
  private isBehind = false;

  /** `boundMs`: how old the state may be before the node refuses. `onDefect`: what a look threw, which should never throw. */
  constructor(
    private readonly store: EventStore,
    private readonly readSide: ReadSide,
    readonly boundMs: number,
    private readonly onDefect: (thrown: unknown) => void = () => undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  isStale(): boolean {
    return this.age() > this.boundMs;
  }

  /**
   * Milliseconds since the last confirmation; Infinity before the first. Confirmations without a new heartbeat count only so long:
   * a leader that was voted out and does not know it yet answers as ever, but can write nothing any more.
   */
  age(): number {
    const now = this.now();
    const unproven = now - this.beatAt;
    return unproven > this.boundMs ? unproven : now - this.confirmedAt;
  }

  /** Answers after the first look, whatever came of it. */
  async start(): Promise<void> {
    await this.looked(() => this.beat());
    await this.looked(() => this.confirm());
    this.timer = setInterval(
      () => {
        // One at a time: while the read side stands still, each of them waits for as long as the bound. And beside each other: a
        // slow log makes both slow, and must not make their times add up.
        this.running ??= this.looked(() => this.confirm()).finally(() => {
          this.running = undefined;
        });
        this.beating ??= this.looked(() => this.beat()).finally(() => {
          this.beating = undefined;
        });
      },
      Math.max(20, this.boundMs / 6),
    );
    this.timer.unref();
  }

  /** Waits for a look that is under way, but not for a store that does not answer. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    const looks = Promise.all([this.running, this.beating]);
    await Promise.race([looks, sleep(LAST_LOOK, undefined, { ref: false })]);
  }

  /** Nobody waits for a look, so nobody else would catch what it throws: then nothing is confirmed, and the next one tries again. */
  private async looked(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (thrown) {
      this.onDefect(thrown);
    }
  }

  /** Everything acknowledged before `asked` is applied: then the state is as fresh as that moment. */
  private async confirm(): Promise<void> {
    const asked = this.now();
    const head = await this.store.head()();
    if (E.isLeft(head)) return;
    const before = this.readSide.position;
    const applied = await this.readSide.reached(head.right, this.boundMs);
    // The log goes on and nothing of it arrives: that subscription is dead, whatever it says.
    if (!applied && this.readSide.position === before) this.readSide.resubscribe();
    if (applied && !this.isBehind && this.readSide.status.state === 'live')
      this.confirmedAt = Math.max(this.confirmedAt, asked);
  }

  private retain(): TE.TaskEither<StoreFailure, unknown> {
    if (this.retained) return TE.right(undefined);
    return pipe(
      this.store.setRetention(stream, { maxCount: 1 }),
      TE.map(() => {
        this.retained = true;
      }),
    );
  }

  /** Sees to it that there is a heartbeat that is not too old; it matters to nobody whose it is. */
  private async beat(): Promise<void> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const answer = await this.beatOnce()();
      // Another node was first: its heartbeat is as good, once it has been seen.
      if (E.isRight(answer) || answer.left._tag !== 'RevisionConflict') return;
    }
  }

  private beatOnce(): TE.TaskEither<StoreFailure, unknown> {
    const asked = this.now();
    return pipe(
      this.retain(),
      TE.flatMap(() => this.store.read(stream, { direction: 'backwards', limit: 1 })),
      TE.flatMap(([found]: ReadonlyArray<RecordedEvent>) => {
        const revision = found?.revision ?? -1;
        this.isBehind = revision < (this.last?.revision ?? -1);
        if (this.isBehind) return TE.right<StoreFailure, unknown>(undefined);
        this.look(revision, asked);
        return this.isOverdue(asked) ? this.write(revision, asked) : TE.right<StoreFailure, unknown>(undefined);
      }),
    );
  }

  private look(revision: number, asked: number): void {
    const before = this.lookedAt;
    this.lookedAt = asked;
    if (revision === this.last?.revision) return;
    // It was written since the look before; the first one that is found may be of any age.
    if (this.last !== undefined)
      this.beatAt = Math.max(this.beatAt, asked - before < this.boundMs / 3 ? asked : before);
    this.last = { revision, seenAt: asked };
  }

  private isOverdue(asked: number): boolean {
    const seenAt = this.last?.seenAt ?? -Infinity;
    return asked - seenAt >= this.boundMs / 3 || asked - this.beatAt >= this.boundMs / 2;
  }

  private write(after: number, asked: number): TE.TaskEither<StoreFailure, unknown> {
    const event = recordable(heartbeat, stream, context(), [])({ type: 'HeartbeatRecorded', data: {} }, 0);
    return pipe(
      this.store.append(stream, after < 0 ? 'no-stream' : after, [event]),
      TE.map(({ revision }) => {
        this.beatAt = asked;
        this.last = { revision, seenAt: asked };
      }),
    );
  }
}
