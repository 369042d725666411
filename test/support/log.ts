import type { EventStore, RecordedEvent, StreamName } from '#libs/event-store';
import { E } from '#libs/kernel';

/** Every event of the log in its order, less the heartbeat. */
export const wholeLog = async (store: EventStore): Promise<ReadonlyArray<RecordedEvent>> => {
  const events: RecordedEvent[] = [];
  for (let from = 0n; ;) {
    const page = await store.readAll({ from })();
    if (E.isLeft(page)) throw new Error(JSON.stringify(page.left));
    events.push(...page.right.events);
    if (page.right.end) return events.filter(({ stream }) => !stream.startsWith('heartbeat-'));
    from = page.right.position;
  }
};

/** The types of a stream's events, in their order. */
export const typesIn = async (store: EventStore, stream: StreamName): Promise<ReadonlyArray<string>> => {
  const found = await store.read(stream)();
  if (E.isLeft(found)) throw new Error(JSON.stringify(found.left));
  return found.right.map(({ type }) => type);
};
