import {
  type Decision,
  decide,
  type Facts,
  permissions,
  type PermissionTable,
  type Question,
} from '#libs/authorization';
import { answering, type EventStore, StoreFailed, StreamFolds, type StoreFailure } from '#libs/event-store';
import { E, type TE } from '#libs/kernel';
import { inParts } from '../access/in-parts.js';
import type { Instant, Past } from '../past/past.js';
import { type TrailEvent, trailEvent } from '../trail/trail-event.js';
import { ProjectHomes } from '../trail/project-homes.js';
import { OverlayStore } from './overlay-store.js';

/** A question, and what of the facts is there to whoever asks it. */
export interface Wondered {
  readonly question: Question;
  readonly seen: (facts: Facts) => Facts;
}

/** What would be done: a command, carried out by its own handler on these streams alone; or other permissions. */
export type Change<F> =
  | { readonly type: 'command'; readonly run: (streams: StreamFolds) => Promise<E.Either<F, unknown>> }
  | { readonly type: 'permissions'; readonly table: PermissionTable };

export interface Otherwise {
  /** Which of the questions. */
  readonly question: number;
  readonly before: Decision;
  readonly after: Decision;
}

export interface Foretold<F> {
  /** Why it would not be done; null where it would. */
  readonly refused: F | null;
  /** What it would write, as the trail would show it. */
  readonly events: ReadonlyArray<TrailEvent>;
  readonly changed: ReadonlyArray<Otherwise>;
}

/**
 * What would come of something, before it is done: the real handlers on a log that exists for this question alone, and the real
 * decision function on what they leave there. Nothing is written that outlives the answer.
 */
export class WhatIf {
  constructor(
    private readonly store: EventStore,
    private readonly past: Past,
  ) {}

  foretell<F>(
    { position, now }: Instant,
    asked: ReadonlyArray<Wondered>,
    change: Change<F>,
  ): TE.TaskEither<StoreFailure, Foretold<F>> {
    return async () => {
      const overlay = new OverlayStore(this.store, position);
      // Folds of their own: nothing that was only proposed may come into a cache of the engine.
      const done = change.type === 'command' ? await change.run(new StreamFolds(overlay)) : E.right(undefined);
      const table = change.type === 'command' ? permissions : change.table;
      const moment = { now, stale: false };
      const facts = this.past.facts(overlay.end, overlay);
      const decided = await inParts([...asked.entries()], (part) =>
        facts.ask((factsAt) => {
          const [before, after] = [factsAt(position), factsAt(overlay.end)];
          return part.map(([n, { question, seen }]) => ({
            question: n,
            before: decide(seen(before), question, moment),
            after: decide(seen(after), question, moment, table),
          }));
        })(),
      );
      if (E.isLeft(decided)) return decided;
      const events = await written(overlay)();
      if (E.isLeft(events)) return events;
      return E.right({
        refused: E.isLeft(done) ? done.left : null,
        events: events.right,
        changed: decided.right.filter(isOtherwise),
      });
    };
  }
}

/** What would be in the log, as the trail would show it. */
const written = (overlay: OverlayStore): TE.TaskEither<StoreFailure, ReadonlyArray<TrailEvent>> =>
  answering(() => {
    const events = overlay.news.map((recorded) => {
      const event = trailEvent(recorded);
      if (E.isLeft(event)) throw new StoreFailed(event.left);
      return event.right;
    });
    return new ProjectHomes(overlay).housed(events);
  });

/** What a decision rests on is an event's position, and of what was never written there is none to compare. */
const isOtherwise = ({ before, after }: Otherwise): boolean =>
  before.decision !== after.decision ||
  before.reason !== after.reason ||
  JSON.stringify(before.attribution) !== JSON.stringify(after.attribution);
