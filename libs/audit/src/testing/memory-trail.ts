import { type Actor, nameOfActor, type Position, START } from '#libs/event-store';
import type { Timestamp } from '#libs/kernel';
import type { TrailEvent } from '../trail/trail-event.js';
import {
  type PastMoment,
  type TrailEnd,
  type TrailFilter,
  TrailIndex,
  type TrailPart,
  type TrailRows,
} from '../trail/trail-index.js';

const isOf = (actor: Actor | null, wanted: string | undefined): boolean =>
  wanted === undefined || (actor !== null && nameOfActor(actor) === wanted);

const fits = (value: string | null, wanted: string | undefined): boolean => wanted === undefined || value === wanted;

/** Whether an event is of what is looked for: told as plainly as it can be. */
export const matches = (filter: TrailFilter, event: TrailEvent): boolean =>
  fits(event.organizationId, filter.organizationId) &&
  fits(event.projectId, filter.projectId) &&
  fits(event.apiKeyId, filter.apiKeyId) &&
  fits(event.accountId, filter.accountId) &&
  fits(event.type, filter.type) &&
  fits(event.category, filter.category) &&
  isOf(event.actor, filter.actorId) &&
  isOf(event.via, filter.viaId) &&
  (filter.from === undefined || event.at >= filter.from) &&
  (filter.to === undefined || event.at < filter.to) &&
  (filter.within === undefined || filter.within.some((each) => each === event.organizationId));

/** The trail as a list: what every other one is compared with. */
export class MemoryTrail extends TrailIndex {
  private events: TrailEvent[] = [];
  private end: TrailEnd = { position: START, last: null };
  private logId = '';

  async open(logId: string): Promise<TrailEnd> {
    if (logId !== this.logId) await this.clear();
    this.logId = logId;
    return this.end;
  }

  clear(): Promise<void> {
    [this.events, this.end] = [[], { position: START, last: null }];
    return Promise.resolve();
  }

  append(events: ReadonlyArray<TrailEvent>, end: TrailEnd): Promise<void> {
    this.events.push(...events);
    this.end = end;
    return Promise.resolve();
  }

  page(filter: TrailFilter, { after, limit, order, upTo }: TrailPart): Promise<TrailRows> {
    const isBeyond = (position: Position): boolean =>
      after === null || (order === 'asc' ? position > after : position < after);
    const all = this.events.filter(
      (event) => matches(filter, event) && isBeyond(event.position) && (upTo === undefined || event.position <= upTo),
    );
    const items = (order === 'asc' ? all : all.reverse()).slice(0, limit);
    return Promise.resolve({
      items,
      last: items.at(-1)?.position ?? after ?? START,
      complete: items.length === all.length,
    });
  }

  lastBy(time: Timestamp): Promise<PastMoment | null> {
    let found: PastMoment | null = null;
    for (const { position, at } of this.moments()) if (at <= time) found = { position, at };
    return Promise.resolve(found);
  }

  timeOf(position: Position): Promise<Timestamp | null> {
    return Promise.resolve(this.moments().findLast((moment) => moment.position <= position)?.at ?? null);
  }

  ids(of: 'accountId' | 'apiKeyId', filter: TrailFilter, upTo: Position): Promise<ReadonlyArray<string>> {
    const found = this.events.filter((event) => event.position <= upTo && matches(filter, event));
    return Promise.resolve([...new Set(found.flatMap((event) => event[of] ?? []))]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private moments(): ReadonlyArray<PastMoment> {
    let latest: Timestamp | undefined;
    return this.events.map(({ position, at }) => {
      latest = latest === undefined || at > latest ? at : latest;
      return { position, at: latest };
    });
  }
}
