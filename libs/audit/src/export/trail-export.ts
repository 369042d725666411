import { setImmediate as othersRun } from 'node:timers/promises';
import type { Position } from '#libs/event-store';
import { E, pipe, TE } from '#libs/kernel';
import type { PositionBeyondTheLog } from '../past/past.js';
import type { Trail, TrailFailure, TrailPage } from '../trail/trail.js';
import type { TrailEvent } from '../trail/trail-event.js';
import type { TrailFilter, TrailPart } from '../trail/trail-index.js';
import type { ExportedEvent, ExportForm } from './export-form.js';

/** How many events are in memory at once. */
const PAGE = 500;

/** How many are written in one turn of the event loop: whoever asks for a decision meanwhile waits for no more than these. */
const SLICE = 100;

/** Where an export begins, and which way it goes. */
export type ExportPart = Pick<TrailPart, 'after' | 'order'>;

/** An export that has begun: it goes to where the trail ended then, so that whoever goes on behind it misses nothing and meets nothing twice. */
export interface TrailExport {
  readonly upTo: Position;
  readonly pages: AsyncIterable<ReadonlyArray<TrailEvent>>;
}

/** An export that cannot go on. What has gone out of it is good, and is not the whole. */
export class ExportBroken extends Error {
  constructor(readonly failure: TrailFailure) {
    super(failure._tag);
  }
}

type Pages = Pick<Trail, 'caughtUp' | 'page'>;

/** A page is read when the one before it has been taken. Names and addresses are opened with it: an erasure counts from the next one on. */
async function* pagesFrom(
  first: TrailPage,
  next: (after: Position) => TE.TaskEither<TrailFailure, TrailPage>,
): AsyncGenerator<ReadonlyArray<TrailEvent>> {
  let page = first;
  for (;;) {
    yield page.items;
    if (page.complete) return;
    const more = await next(page.last)();
    if (E.isLeft(more)) throw new ExportBroken(more.left);
    page = more.right;
  }
}

/** What cannot be had already at its beginning is a failure; afterwards the pages throw an `ExportBroken`. */
export const exportOf = (
  trail: Pages,
  filter: TrailFilter,
  { after, order }: ExportPart,
): TE.TaskEither<TrailFailure | PositionBeyondTheLog, TrailExport> =>
  pipe(
    trail.caughtUp(),
    TE.flatMap((upTo): TE.TaskEither<TrailFailure | PositionBeyondTheLog, TrailExport> => {
      if (after !== null && after > upTo) return TE.left({ _tag: 'PositionBeyondTheLog' });
      const page = (from: Position | null) => trail.page(filter, { after: from, limit: PAGE, order, upTo });
      return pipe(
        page(after),
        TE.map((first) => ({ upTo, pages: pagesFrom(first, page) })),
      );
    }),
  );

/** The text of an export, some events at a time. Others get their turn in between: a quick reader of what is at hand would leave them none. */
export async function* written(
  form: ExportForm,
  pages: AsyncIterable<ReadonlyArray<TrailEvent>>,
  shown: (event: TrailEvent) => ExportedEvent,
): AsyncGenerator<string> {
  if (form.head !== '') yield form.head;
  let events = 0;
  for await (const page of pages) {
    await othersRun();
    for (let at = 0; at < page.length; at += SLICE) {
      const from = events;
      const slice = page.slice(at, at + SLICE);
      events += slice.length;
      yield slice.map((event, n) => form.event(shown(event), from + n)).join('');
      await othersRun();
    }
  }
  if (form.tail !== '') yield form.tail;
}
