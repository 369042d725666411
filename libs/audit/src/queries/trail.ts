import { setImmediate as turn } from 'node:timers/promises';
import { type EventStore, type Page, type Position, START, type StoreFailure } from '#libs/event-store';
import { E, O, pipe, TE, type Timestamp } from '#libs/kernel';
import { type CorruptBox, type Vault, type VaultUnavailable } from '#libs/vault';
import { isPlumbing, type TrailEvent, trailEvent } from '../trail-event.js';

export interface TrailFilter {
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly type?: string | undefined;
  /** Inclusive. */
  readonly from?: Timestamp | undefined;
  /** Exclusive. */
  readonly to?: Timestamp | undefined;
  /** What the reader may see at all; everything where it is left out. */
  readonly within?: ((event: TrailEvent) => boolean) | undefined;
}

export interface TrailPage {
  readonly items: ReadonlyArray<TrailEvent>;
  /** Where the next page starts. */
  readonly last: Position;
  readonly complete: boolean;
  /** How far the log had been read when the page was made. */
  readonly position: Position;
}

export type TrailFailure = StoreFailure | VaultUnavailable | CorruptBox;

const matches = (filter: TrailFilter, event: TrailEvent): boolean =>
  (filter.organizationId === undefined || event.organizationId === filter.organizationId) &&
  (filter.projectId === undefined || event.projectId === filter.projectId) &&
  (filter.apiKeyId === undefined || event.apiKeyId === filter.apiKeyId) &&
  (filter.accountId === undefined || event.accountId === filter.accountId) &&
  (filter.actorId === undefined || ('id' in event.actor && event.actor.id === filter.actorId)) &&
  (filter.type === undefined || event.type === filter.type) &&
  (filter.from === undefined || event.at >= filter.from) &&
  (filter.to === undefined || event.at < filter.to) &&
  (filter.within === undefined || filter.within(event));

/** Every event of the log, in its order: read from the log itself, a page at a time. */
export class Trail {
  constructor(
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  page(
    filter: TrailFilter,
    part: { readonly after: Position | null; readonly limit: number; readonly order: 'asc' | 'desc' },
  ): TE.TaskEither<TrailFailure, TrailPage> {
    return pipe(
      () => this.scan(filter, part),
      TE.flatMap((page) =>
        pipe(
          this.withPersons(page.items),
          TE.map((items) => ({ ...page, items })),
        ),
      ),
    );
  }

  private async scan(
    filter: TrailFilter,
    {
      after,
      limit,
      order,
    }: { readonly after: Position | null; readonly limit: number; readonly order: 'asc' | 'desc' },
  ): Promise<E.Either<StoreFailure, TrailPage>> {
    const direction = order === 'asc' ? 'forwards' : 'backwards';
    const head = await this.store.head()();
    if (E.isLeft(head)) return head;
    const items: TrailEvent[] = [];
    let from = after ?? (order === 'asc' ? START : undefined);
    for (;;) {
      const page: E.Either<StoreFailure, Page> = await this.store.readAll({
        direction,
        ...(from === undefined ? {} : { from }),
      })();
      if (E.isLeft(page)) return page;
      for (const recorded of page.right.events) {
        if (isPlumbing(recorded)) continue;
        const event = trailEvent(recorded);
        if (E.isLeft(event)) return event;
        if (!matches(filter, event.right)) continue;
        // One more than asked for is there: so this page is not the last.
        if (items.length === limit)
          return E.right({ items, last: items.at(-1)?.position ?? START, complete: false, position: head.right });
        items.push(event.right);
      }
      from = page.right.position;
      if (page.right.end) return E.right({ items, last: from, complete: true, position: head.right });
      await turn();
    }
  }

  /** Personal data is shown while the person exists: what the box still opens to, and never the provider's subject. */
  private withPersons(items: ReadonlyArray<TrailEvent>): TE.TaskEither<TrailFailure, ReadonlyArray<TrailEvent>> {
    const boxes = items.map(({ sealed }) => sealed).filter((sealed) => sealed !== null);
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
