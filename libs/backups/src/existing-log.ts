import { type EventStore, isPlumbing, START } from '#libs/event-store';
import { E } from '#libs/kernel';
import { eventLine } from './archive-line.js';
import { interrupted } from './interrupted.js';

const PAGE = 500;

/** What a log has already, as lines of an archive. */
export async function* linesOfLog(store: EventStore): AsyncGenerator<string> {
  for (let from = START; ;) {
    const page = await store.readAll({ from, limit: PAGE })();
    if (E.isLeft(page)) throw interrupted(page.left);
    for (const event of page.right.events) if (!isPlumbing(event)) yield eventLine(event);
    if (page.right.end) return;
    from = page.right.position;
  }
}
