import type { EventStore, Position, StoreFailure } from '#libs/event-store';
import { E, O, pipe, TE, type Timestamp } from '#libs/kernel';
import type { CorruptBox, Vault, VaultUnavailable } from '#libs/vault';
import type { TrailEvent } from './trail-event.js';
import type { TrailFeed } from './trail-feed.js';
import type { PastMoment, TrailFilter, TrailIndex, TrailPart, TrailUnavailable } from './trail-index.js';

/** The trail has not come as far as the log yet, and did not in some seconds, or will not. */
export interface TrailBehind {
  readonly _tag: 'TrailBehind';
}

export type TrailFailure = StoreFailure | VaultUnavailable | CorruptBox | TrailUnavailable | TrailBehind;

export interface TrailPage {
  readonly items: ReadonlyArray<TrailEvent>;
  /** Where the next page starts. */
  readonly last: Position;
  readonly complete: boolean;
  /** How far the trail went when the page was made. */
  readonly position: Position;
}

/** How long a reader waits for the trail to come to where the log ends, in ms. */
const PATIENCE = 5_000;

const unavailable = (cause: string): TrailUnavailable => ({ _tag: 'TrailUnavailable', cause });

/** Every event of the log that is an auditor's business, in its order. */
export class Trail {
  constructor(
    private readonly store: EventStore,
    private readonly vault: Vault,
    private readonly index: TrailIndex,
    readonly feed: TrailFeed,
    /** Whether this person, or this invitation, is to be erased: the vault may be a moment behind, or may not have done it yet. */
    private readonly isErased: (sealedFor: string) => boolean,
  ) {}

  /**
   * Waits until the trail has everything that is in the log now, and says how far that is. Where it will not have it in time, or can
   * be neither read nor written, that is said at once.
   */
  caughtUp(): TE.TaskEither<StoreFailure | TrailBehind | TrailUnavailable, Position> {
    return pipe(
      this.store.head(),
      TE.flatMap((head) => async (): Promise<E.Either<TrailBehind | TrailUnavailable, Position>> => {
        const { feed } = this;
        if (feed.unavailable === undefined && (await feed.reached(head, PATIENCE))) return E.right(feed.position);
        return E.left(feed.unavailable === undefined ? { _tag: 'TrailBehind' } : unavailable(feed.unavailable));
      }),
    );
  }

  page(filter: TrailFilter, part: TrailPart): TE.TaskEither<TrailFailure, TrailPage> {
    return pipe(
      this.read(() => this.index.page(filter, part)),
      TE.flatMap(({ found, position }) =>
        pipe(
          this.withPersons(found.items),
          TE.map((items) => ({ ...found, items, position })),
        ),
      ),
    );
  }

  /** The last position whose time is at or before `time`; null where the first event came later. Where `time` is still to be, the log's end. */
  lastBy(time: Timestamp): TE.TaskEither<TrailFailure, PastMoment | null> {
    return this.found(() => this.index.lastBy(time));
  }

  /** The time that a position stands for: the latest that any event up to it was done at; null before the first. */
  timeOf(position: Position): TE.TaskEither<TrailFailure, Timestamp | null> {
    return this.found(() => this.index.timeOf(position));
  }

  /** Which people or keys there are in what matches, in the order of their first events, up to a position (inclusive). */
  ids(
    of: 'accountId' | 'apiKeyId',
    filter: TrailFilter,
    upTo: Position,
  ): TE.TaskEither<TrailFailure, ReadonlyArray<string>> {
    return this.found(() => this.index.ids(of, filter, upTo));
  }

  private found<A>(read: () => Promise<A>): TE.TaskEither<TrailFailure, A> {
    return pipe(
      this.read(read),
      TE.map(({ found }) => found),
    );
  }

  /** What was read, and how far the trail went at least. */
  private read<A>(
    read: () => Promise<A>,
  ): TE.TaskEither<TrailFailure, { readonly found: A; readonly position: Position }> {
    return pipe(
      this.caughtUp(),
      TE.flatMap((position) => async () => {
        try {
          const found = await read();
          // It was thrown away meanwhile, and what was read may be of the new one.
          return this.feed.position < position
            ? E.left<TrailFailure>({ _tag: 'TrailBehind' })
            : E.right({ found, position });
        } catch (thrown) {
          const cause = thrown instanceof Error ? thrown.message : String(thrown);
          this.feed.doubt(cause);
          return E.left(unavailable(cause));
        }
      }),
    );
  }

  /** Personal data is shown while the person exists: what the box still opens to, and never the provider's subject. */
  private withPersons(items: ReadonlyArray<TrailEvent>): TE.TaskEither<TrailFailure, ReadonlyArray<TrailEvent>> {
    const boxes = items
      .map(({ sealed }) => sealed)
      .filter((sealed) => sealed !== null)
      .filter(({ sealedFor }) => !this.isErased(sealedFor));
    return pipe(
      this.vault.openMany(boxes),
      TE.map((opened) => {
        const persons = new Map(boxes.map((box, n) => [box, opened[n] ?? O.none] as const));
        return items.map((item) => {
          if (item.sealed === null) return item;
          const person = persons.get(item.sealed) ?? O.none;
          const fields = O.isNone(person) ? {} : person.value;
          const email = fields['email'] ?? null;
          // An invitation has an address, and no name yet.
          const shown = item.type === 'MemberInvited' ? { email } : { email, name: fields['name'] ?? null };
          return { ...item, data: { ...item.data, ...shown } };
        });
      }),
    );
  }
}
