import { resourceStream, THE_TABLE } from '#libs/resources/events';
import { E, type TE } from '#libs/kernel';
import {
  type EventStore,
  foldOfProjection,
  metadataOf,
  type Position,
  type RecordedEvent,
  type StoreFailure,
  type StreamFold,
  type StreamName,
  streamOf,
} from '#libs/event-store';
import type { Cite, Facts, KeyFact } from './domain/facts.js';
import { seedSupport } from './domain/support.js';
import { factFolds } from './fact-folds.js';
import { legacyKeyFact } from './projections/legacy-key-facts.js';

/** Nobody asks for a former secret by the key's id; and kept at every step, they would fill the square of their number. */
const currentSecret: typeof legacyKeyFact = {
  ...legacyKeyFact,
  project: (facts, recorded) => {
    const next = legacyKeyFact.project(facts, recorded);
    return next && { ...next, former: [] };
  },
};

const folds = { ...factFolds, legacyKey: foldOfProjection('fact', currentSecret) };

/** One event of a stream, and what the stream said from there on. */
interface Step {
  readonly recorded: RecordedEvent;
  readonly state: unknown;
}

/** How much of a stream is read in one go. */
const PAGE = 500;

/**
 * Nothing else was ever in a stream's name, and so no store is asked for it. The longest there can be is of a resource: 200 characters
 * of up to four bytes each, in base64url, after its organization and kind.
 */
const anId = /^[\x21-\x7e]{1,1200}$/u;

/** How many of the steps were taken by then: they are in the order of their positions. */
const takenBy = (steps: ReadonlyArray<Step>, position: Position): number => {
  let [taken, open] = [0, steps.length];
  while (taken < open) {
    const middle = (taken + open) >>> 1;
    const step = steps[middle];
    if (step !== undefined && step.recorded.position <= position) taken = middle + 1;
    else open = middle;
  }
  return taken;
};

/** Facts as they were right after the event at a position; `START` is before everything. */
export type FactsAt = (position: Position) => Facts;

/**
 * The facts of the past: of the streams that a question touches, each read once, and folded by the same folds as the live state's.
 * A question is asked again until it touches nothing that is not read yet; what it touches it says by asking.
 */
export class PastFacts {
  private readonly streams = new Map<StreamName, ReadonlyArray<Step>>();
  private readonly missing = new Map<StreamName, StreamFold<unknown>>();

  /**
   * @param homeOf the organization of a legacy key, which is for good; nothing for what is none
   * @param upTo nothing after this position is read
   */
  constructor(
    private readonly store: EventStore,
    private readonly homeOf: (legacyKeyId: string) => string | undefined,
    private readonly upTo: Position,
  ) {}

  /** `question` is asked several times over: it has to be a pure function of the facts. */
  ask<A>(question: (factsAt: FactsAt) => A): TE.TaskEither<StoreFailure, A> {
    return async () => {
      for (;;) {
        const answer = question((position) => this.at(position));
        if (this.missing.size === 0) return E.right(answer);
        const wanted = [...this.missing];
        this.missing.clear();
        const read = await Promise.all(wanted.map(([stream, fold]) => this.load(stream, fold)));
        for (const one of read) if (E.isLeft(one)) return one;
      }
    };
  }

  /** Every event that was read so far, in the log's order. */
  get events(): ReadonlyArray<RecordedEvent> {
    return [...this.streams.values()]
      .flatMap((steps) => steps.map(({ recorded }) => recorded))
      .sort((one, other) => (one.position < other.position ? -1 : 1));
  }

  private at(position: Position): Facts {
    const fact = <S>(fold: StreamFold<S>, id: string): S | undefined => this.stateOf(fold, id, position);
    const organization = (id: string) => fact(folds.organization, id);
    const project = (id: string) => fact(folds.project, id);
    return {
      // Nobody asks about the past with a secret, and no stream is found by one.
      keyByDigest: () => undefined,
      key: (id) => this.key(id, position),
      account: (id) => fact(folds.account, id),
      membership: (accountId) => fact(folds.membership, accountId),
      organization,
      project,
      collaborator: (projectId, accountId) => fact(folds.collaborator, `${projectId}.${accountId}`),
      resource: (organizationId, kind, id) => fact(folds.resource, resourceStream(organizationId, kind, id)),
      support: () => fact(folds.support, THE_TABLE) ?? seedSupport,
      archived: (id): Cite | null => project(id)?.archived ?? null,
      suspended: (id): Cite | null => organization(id)?.suspended ?? null,
    };
  }

  private key(id: string, position: Position): KeyFact | undefined {
    const home = this.homeOf(id);
    if (home === undefined) return this.stateOf(folds.key, id, position);
    const current = this.stateOf(folds.legacyKey, home, position)?.current ?? undefined;
    return current?.id === id ? current : undefined;
  }

  private stateOf<S>(fold: StreamFold<S>, id: string, position: Position): S | undefined {
    if (!anId.test(id)) return undefined;
    const stream = streamOf(fold.category, id);
    const steps = this.streams.get(stream);
    if (steps === undefined) {
      this.missing.set(stream, fold);
      return undefined;
    }
    // A stream's category says which fold made its states.
    return steps[takenBy(steps, position) - 1]?.state as S | undefined;
  }

  private async load(stream: StreamName, fold: StreamFold<unknown>): Promise<E.Either<StoreFailure, void>> {
    const steps: Step[] = [];
    let state = fold.initialState;
    for (let from = 0; ; from += PAGE) {
      const page = await this.store.read(stream, { from, limit: PAGE })();
      if (E.isLeft(page)) return page;
      const within = page.right.filter(({ position }) => position <= this.upTo);
      for (const recorded of within) {
        // A fold may ask when it was, and who did it: what cannot be told is told before.
        const metadata = metadataOf(recorded);
        if (E.isLeft(metadata)) return metadata;
        const next = fold.step(state, recorded);
        if (E.isLeft(next)) return next;
        state = next.right;
        steps.push({ recorded, state });
      }
      if (within.length < PAGE) break;
    }
    this.streams.set(stream, steps);
    return E.right(undefined);
  }
}
