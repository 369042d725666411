import {
  APPEND_LIMIT,
  type Appended,
  encode,
  EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  type ReadStream,
  type RecordedEvent,
  StoreFailed,
  type StoreFailure,
  type StreamName,
  unavailable,
} from '#libs/event-store';
import { E, TE } from '#libs/kernel';

/** How much of a stream is read in one go. */
const PAGE = 500;

const notOffered = unavailable('what is proposed is read by streams, and nothing else');

type Held = E.Either<StoreFailure, RecordedEvent[]>;

/**
 * The log as it was at a position, and what a proposal would write after it. What is appended stays in memory, in the order of
 * the appends and past every position below; of the store below nothing is asked but to be read.
 */
export class OverlayStore extends EventStore {
  readonly logId: string;
  private readonly streams = new Map<StreamName, Promise<Held>>();
  private readonly appended: RecordedEvent[] = [];

  constructor(
    private readonly below: Pick<EventStore, 'logId' | 'read'>,
    private readonly upTo: Position,
  ) {
    super();
    this.logId = below.logId;
  }

  /** What was appended here. */
  get news(): ReadonlyArray<RecordedEvent> {
    return this.appended;
  }

  /** The position of the last event there is. */
  get end(): Position {
    return this.appended.at(-1)?.position ?? this.upTo;
  }

  append(
    stream: StreamName,
    expected: ExpectedRevision,
    events: ReadonlyArray<NewEvent>,
  ): TE.TaskEither<StoreFailure, Appended> {
    return async () => {
      const { bytes, events: encoded } = encode(stream, events);
      if (bytes > APPEND_LIMIT) return E.left({ _tag: 'AppendTooLarge', bytes, limit: APPEND_LIMIT });
      const held = await this.held(stream);
      if (E.isLeft(held)) return held;
      // Nothing is waited for from here on, so that of many at once each is taken whole, one after another.
      const before = endOf(held.right);
      const earlier = repeated(held.right, expected, events);
      if (earlier !== undefined) return E.right({ revision: earlier.revision, position: earlier.position });
      if (!isMet(expected, before.revision))
        return E.left({ _tag: 'RevisionConflict', stream, actual: before.revision < 0 ? null : before.revision });
      events.forEach(({ id, type, version }, n) => {
        const [, , , data = '', metadata = ''] = encoded[n] ?? [];
        const revision = before.revision + 1 + n;
        const content = { data: JSON.parse(data) as unknown, metadata: JSON.parse(metadata) as unknown };
        const recorded = { id, type, version, ...content, stream, revision, position: this.end + 1n };
        held.right.push(recorded);
        this.appended.push(recorded);
      });
      return E.right(endOf(held.right));
    };
  }

  read(
    stream: StreamName,
    { from, direction = 'forwards', limit = Infinity }: ReadStream = {},
  ): TE.TaskEither<StoreFailure, ReadonlyArray<RecordedEvent>> {
    return async () => {
      const held = await this.held(stream);
      if (E.isLeft(held)) return held;
      const found =
        direction === 'forwards'
          ? held.right.filter(({ revision }) => revision >= (from ?? 0))
          : held.right.filter(({ revision }) => revision <= (from ?? Infinity)).reverse();
      return E.right(found.slice(0, limit));
    };
  }

  head(): TE.TaskEither<never, Position> {
    return async () => Promise.resolve(E.right(this.end));
  }

  readAll(): TE.TaskEither<StoreFailure, never> {
    return TE.left(notOffered);
  }

  subscribe(): never {
    throw new StoreFailed(notOffered);
  }

  setRetention(): TE.TaskEither<StoreFailure, never> {
    return TE.left(notOffered);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A stream is read from below once; what could not be read is read again by whoever asks next. */
  private held(stream: StreamName): Promise<Held> {
    const known = this.streams.get(stream);
    if (known !== undefined) return known;
    const reading = this.readBelow(stream).then((held) => {
      if (E.isLeft(held)) this.streams.delete(stream);
      return held;
    });
    this.streams.set(stream, reading);
    return reading;
  }

  private async readBelow(stream: StreamName): Promise<Held> {
    const held: RecordedEvent[] = [];
    for (;;) {
      const page = await this.below.read(stream, { from: endOf(held).revision + 1, limit: PAGE })();
      if (E.isLeft(page)) return page;
      const within = page.right.filter(({ position }) => position <= this.upTo);
      held.push(...within);
      if (within.length < PAGE) return E.right(held);
    }
  }
}

const endOf = (held: ReadonlyArray<RecordedEvent>): Appended => {
  const { revision, position } = held.at(-1) ?? { revision: -1, position: 0n };
  return { revision, position };
};

const isMet = (expected: ExpectedRevision, last: number): boolean => {
  if (expected === 'any') return true;
  if (expected === 'stream-exists') return last >= 0;
  return expected === 'no-stream' ? last < 0 : expected === last;
};

/** The last event of this very append, where it was done before. */
const repeated = (
  held: ReadonlyArray<RecordedEvent>,
  expected: ExpectedRevision,
  events: ReadonlyArray<NewEvent>,
): RecordedEvent | undefined => {
  const [first] = events;
  if (first === undefined) return undefined;
  const after = expected === 'no-stream' ? -1 : expected;
  const at = held.findLastIndex(({ id, revision }) =>
    typeof after === 'number' ? revision === after + 1 : id === first.id,
  );
  if (at < 0) return undefined;
  const there = held.slice(at, at + events.length);
  return events.every(({ id }, n) => there[n]?.id === id) ? there.at(-1) : undefined;
};
