import { LRUCache } from 'lru-cache';
import {
  type AccountId,
  type Aggregate,
  type CommandId,
  E,
  pipe,
  type Projection,
  type Recorded,
  type TE,
  type Timestamp,
} from '#libs/kernel';
import {
  type EventStore,
  type Position,
  type RecordedEvent,
  START,
  type StoreFailure,
  type StreamName,
} from './event-store.js';
import { StoreFailed } from './store-failed.js';
import { corrupt, type EventMetadata, idOf, metadataOf, streamOf } from './metadata.js';

/** A stream's fold as far as it was read. */
export interface Folded<State> {
  readonly stream: StreamName;
  readonly state: State;
  /** -1 for a stream that does not exist. */
  readonly revision: number;
  /** The position of the last event read; `START` for a stream that does not exist. */
  readonly position: Position;
  readonly commands: Set<CommandId>;
}

/** How one stream is folded. `key` names the fold: two folds of one stream are kept apart. */
export interface StreamFold<State> {
  readonly key: string;
  readonly category: string;
  readonly initialState: State;
  step(state: State, recorded: RecordedEvent): E.Either<StoreFailure, State>;
}

/** What reads an event's body; an `EventCodec` does. */
export interface Readable<Event> {
  decode(stored: { type: string; version: number; data: unknown }): E.Either<{ readonly why: string }, Event>;
}

/** The event as its codec reads it; anything that cannot be read fails closed. */
export const eventOf = <Event>(codec: Readable<Event>, recorded: RecordedEvent): E.Either<StoreFailure, Event> =>
  pipe(
    codec.decode(recorded),
    E.mapLeft(({ why }) => corrupt(recorded, `${recorded.type}: ${why}`)),
  );

export const foldOfAggregate = <C, S, Ev extends { readonly type: string }, F>(
  aggregate: Aggregate<C, S, Ev, F>,
): StreamFold<S> => ({
  key: aggregate.category,
  category: aggregate.category,
  initialState: aggregate.initialState,
  step: (state, recorded) =>
    pipe(
      eventOf(aggregate.events, recorded),
      E.map((event) => aggregate.evolve(state, event)),
    ),
});

export const foldOfProjection = <Doc, Ev extends { readonly type: string }>(
  name: string,
  projection: Projection<Doc, Ev> & { readonly events: Readable<Ev> },
): StreamFold<Doc | undefined> => ({
  key: `${name}:${projection.category}`,
  category: projection.category,
  initialState: undefined,
  step: (doc, recorded) =>
    pipe(
      eventOf(projection.events, recorded),
      E.map((event) => projection.project(doc, recordedAs(recorded, event))),
    ),
});

/** A recorded event as folds see it. Who did it and when is read only where a fold asks. */
class Seen<Ev> implements Recorded<Ev> {
  readonly id: string;
  readonly eventId: string;
  readonly position: Position;
  private known: EventMetadata | undefined = undefined;

  constructor(
    private readonly recorded: RecordedEvent,
    readonly event: Ev,
  ) {
    this.id = idOf(recorded.stream);
    this.eventId = recorded.id;
    this.position = recorded.position;
  }

  get at(): Timestamp {
    return this.metadata.at;
  }

  get by(): AccountId | null {
    const { actor } = this.metadata;
    return actor.type === 'user' ? actor.id : null;
  }

  private get metadata(): EventMetadata {
    if (this.known === undefined) {
      const metadata = metadataOf(this.recorded);
      if (E.isLeft(metadata)) throw new StoreFailed(metadata.left);
      this.known = metadata.right;
    }
    return this.known;
  }
}

/** Throws `StoreFailed` when its metadata is asked for and cannot be read: a fold halts there. */
export const recordedAs = <Ev>(recorded: RecordedEvent, event: Ev): Recorded<Ev> => new Seen(recorded, event);

/**
 * Folds of single streams, read now: what commands are decided and authorized on. A bounded cache keeps folds
 * already made; each use reads what is new since, so the cache saves work and never decides anything.
 */
export class StreamFolds {
  private readonly cache: LRUCache<string, Folded<unknown>>;

  constructor(
    readonly store: EventStore,
    max = 50_000,
  ) {
    // By size: `max` would take the memory of a full one at once.
    this.cache = new LRUCache({ maxSize: max, sizeCalculation: () => 1 });
  }

  load<S>(fold: StreamFold<S>, id: string): TE.TaskEither<StoreFailure, Folded<S>> {
    const stream = streamOf(fold.category, id);
    const key = `${fold.key}\n${id}`;
    // A fold's key names its type: only `load` with that same fold ever put it there.
    const known = (this.cache.get(key) as Folded<S> | undefined) ?? this.blank(fold, id);
    return async () => {
      const news = await this.store.read(stream, { from: known.revision + 1 })();
      if (E.isLeft(news)) return news;
      if (news.right.length === 0) return E.right(known);
      const folded = advance(fold, known, news.right);
      if (E.isRight(folded)) this.cache.set(key, folded.right);
      return folded;
    };
  }

  /** The fold of a stream that does not exist. */
  blank<S>({ category, initialState }: StreamFold<S>, id: string): Folded<S> {
    return {
      stream: streamOf(category, id),
      state: initialState,
      revision: -1,
      position: START,
      commands: new Set<CommandId>(),
    };
  }
}

const advance = <S>(
  fold: StreamFold<S>,
  known: Folded<S>,
  news: ReadonlyArray<RecordedEvent>,
): E.Either<StoreFailure, Folded<S>> => {
  let { state, revision, position } = known;
  const commands = new Set(known.commands);
  for (const recorded of news) {
    const metadata = metadataOf(recorded);
    if (E.isLeft(metadata)) return metadata;
    const next = fold.step(state, recorded);
    if (E.isLeft(next)) return next;
    state = next.right;
    ({ revision, position } = recorded);
    commands.add(metadata.right.commandId);
  }
  return E.right({ stream: known.stream, state, revision, position, commands });
};
