import { join } from 'node:path';
import { type Position, START } from '#libs/event-store';
import { millisOf, type Timestamp, timestampOf } from '#libs/kernel';
import type { TrailEvent } from '../trail/trail-event.js';
import {
  type PastMoment,
  type TrailEnd,
  type TrailFilter,
  TrailIndex,
  type TrailPart,
  type TrailRows,
} from '../trail/trail-index.js';
import type { Row } from './row.mjs';
import { TrailThread } from './trail-thread.js';

/** How many rows and lists of rows one call may read: what a page costs at most, and how long others wait for it. */
const BUDGET = 4_000;

const rowOf = (event: TrailEvent): string => {
  const { id, type, category, at, actor, via, requestId } = event;
  const { organizationId, projectId, apiKeyId, accountId, data, sealed } = event;
  const about = [organizationId, projectId, apiKeyId, accountId] as const;
  const row: Row = [id, type, category, at, actor, via, requestId, ...about, data, sealed];
  return JSON.stringify(row);
};

const eventOf = (body: string, position: Position): TrailEvent => {
  const [id, type, category, at, actor, via, requestId, ...about] = JSON.parse(body) as Row;
  const [organizationId, projectId, apiKeyId, accountId, data, sealed] = about;
  const what = { id, position, type, category, at, actor, via, requestId };
  return { ...what, organizationId, projectId, apiKeyId, accountId, data, sealed };
};

/**
 * The trail of one machine: `trail.sqlite` in the data directory, open in one process at a time, and read and written in a thread
 * of its own. It is opened by `open`, and once something has failed again by `open` only. What is damaged is thrown away.
 */
export class FileTrail extends TrailIndex {
  private readonly path: string;
  private thread: TrailThread | undefined;
  private logId = '';

  constructor(
    directory: string,
    /** For specs: smaller, so that few events meet every bound. */
    private readonly sizes = { budget: BUDGET, segmentBits: 16 },
  ) {
    super();
    this.path = join(directory, 'trail.sqlite');
  }

  async open(logId: string): Promise<TrailEnd> {
    await this.close();
    this.logId = logId;
    this.thread = new TrailThread({ path: this.path, segmentBits: this.sizes.segmentBits });
    return this.thread.ask('open', logId);
  }

  async clear(): Promise<void> {
    await this.opened.ask('clear', this.logId);
  }

  async append(events: ReadonlyArray<TrailEvent>, end: TrailEnd): Promise<void> {
    const positions = events.map(({ position }) => position);
    await this.opened.ask('append', { bodies: events.map(rowOf), positions, end });
  }

  async page(filter: TrailFilter, part: TrailPart): Promise<TrailRows> {
    const { bodies, positions, stopped } = await this.opened.ask('page', { filter, part, budget: this.sizes.budget });
    const items = bodies.map((body, n) => eventOf(body, positions[n] ?? START));
    return { items, last: stopped ?? items.at(-1)?.position ?? part.after ?? START, complete: stopped === null };
  }

  async lastBy(time: Timestamp): Promise<PastMoment | null> {
    const found = await this.opened.ask('lastBy', millisOf(time));
    return found === null ? null : { position: found.position, at: timestampOf(found.time) };
  }

  async timeOf(position: Position): Promise<Timestamp | null> {
    const time = await this.opened.ask('timeOf', position);
    return time === null ? null : timestampOf(time);
  }

  async ids(of: 'accountId' | 'apiKeyId', filter: TrailFilter, upTo: Position): Promise<ReadonlyArray<string>> {
    const ids = new Set<string>();
    let after: Position | null = null;
    do {
      const part: TrailPart = { after, limit: Infinity, order: 'asc', upTo };
      // Part by part, so that pages get their turn in between.
      const found = await this.opened.ask('ids', of, { filter, part, budget: this.sizes.budget });
      for (const id of found.ids) ids.add(id);
      after = found.stopped;
    } while (after !== null);
    return [...ids];
  }

  async close(): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    await thread?.stop();
  }

  private get opened(): TrailThread {
    if (this.thread === undefined) throw new Error(`${this.path} is not open`);
    return this.thread;
  }
}
