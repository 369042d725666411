import { type FactsAt, type LiveState, PastFacts } from '#libs/authorization';
import { type EventStore, type Position, START, type StoreFailure } from '#libs/event-store';
import { millisOf, pipe, TE, type Timestamp, timestampOf } from '#libs/kernel';
import type { Trail, TrailFailure } from '../trail/trail.js';

/** Which moment is meant: a time, a position, or (null) now. */
export type At = Timestamp | Position | null;

/**
 * A moment of the log: what had happened by then. `at` is the log's time, which may be ahead of every clock after one that ran ahead
 * has written; `now`, in ms since 1970, is what a clock said, and decides what time alone has ended.
 */
export interface Instant {
  readonly position: Position;
  readonly now: number;
  readonly at: Timestamp;
}

/** Nobody knows what will have happened by then. */
export interface TimeInTheFuture {
  readonly _tag: 'TimeInTheFuture';
}

/** Beyond the end of the log. */
export interface PositionBeyondTheLog {
  readonly _tag: 'PositionBeyondTheLog';
}

export type InstantFailure = TrailFailure | TimeInTheFuture | PositionBeyondTheLog;

/** How far another machine's clock may run ahead of this one's, in ms: as far as with tokens. */
const SKEW = 60_000;

/** The first moment there is: before every event. */
const BEGINNING = timestampOf(0);

/** Any moment of the past, and the facts as they were then. */
export class Past {
  constructor(
    private readonly store: EventStore,
    private readonly live: LiveState,
    private readonly trail: Trail,
  ) {}

  /**
   * A time means the last position whose time is at or before it, and what a clock said then is that time itself: so what ends by
   * itself has ended. A position's clock is the latest time that any event up to it was done at. Now is where the log ends by this
   * clock, as for a live decision; and so is a time that this clock has still to come to.
   */
  instantOf(at: At): TE.TaskEither<InstantFailure, Instant> {
    if (at === null) return this.now();
    return typeof at === 'bigint' ? this.atPosition(at) : this.atTime(at);
  }

  /**
   * What `question` makes of the facts of the past, up to a position. It is asked several times over, until it touches no stream
   * that is not read yet: so it has to be a pure function of the facts.
   */
  ask<A>(upTo: Position, question: (factsAt: FactsAt) => A): TE.TaskEither<StoreFailure, A> {
    return this.facts(upTo).ask(question);
  }

  /** For who asks more than one thing, or wants the events as well that the answers rest on; or asks of another log than the real one. */
  facts(upTo: Position, log: EventStore = this.store): PastFacts {
    return new PastFacts(log, (keyId) => this.homeOf(keyId), upTo);
  }

  /** A legacy key keeps its organization for good, so today's state says whose it was. */
  private homeOf(keyId: string): string | undefined {
    const key = this.live.key(keyId);
    return key?.legacy === true ? key.organizationId : undefined;
  }

  private now(): TE.TaskEither<InstantFailure, Instant> {
    return pipe(
      this.latest(),
      TE.map(({ position, at }) => {
        const now = Date.now();
        return { position, at: timestampOf(Math.max(now, millisOf(at))), now };
      }),
    );
  }

  private atTime(at: Timestamp): TE.TaskEither<InstantFailure, Instant> {
    return pipe(
      millisOf(at) <= Date.now() + SKEW ? TE.right(at) : this.inTheLog(at),
      TE.flatMap(() => this.trail.lastBy(at)),
      TE.map((moment) => ({ position: moment?.position ?? START, at, now: Math.min(millisOf(at), Date.now()) })),
    );
  }

  /** A time that no clock should have come to yet; one did, and the log has gone on from there. */
  private inTheLog(at: Timestamp): TE.TaskEither<InstantFailure, Timestamp> {
    return pipe(
      this.latest(),
      TE.flatMap((latest) => (at <= latest.at ? TE.right(at) : TE.left<InstantFailure>({ _tag: 'TimeInTheFuture' }))),
    );
  }

  /** Where the log ends, and which time that position stands for. */
  private latest(): TE.TaskEither<InstantFailure, Pick<Instant, 'position' | 'at'>> {
    return pipe(
      this.trail.caughtUp(),
      TE.flatMap((position) =>
        pipe(
          this.trail.timeOf(position),
          TE.map((at) => ({ position, at: at ?? BEGINNING })),
        ),
      ),
    );
  }

  private atPosition(position: Position): TE.TaskEither<InstantFailure, Instant> {
    return pipe(
      this.store.head(),
      TE.flatMap((head) =>
        position > head
          ? TE.left<InstantFailure, Timestamp | null>({ _tag: 'PositionBeyondTheLog' })
          : this.trail.timeOf(position),
      ),
      TE.map((time) => {
        const at = time ?? BEGINNING;
        return { position, at, now: millisOf(at) };
      }),
    );
  }
}
