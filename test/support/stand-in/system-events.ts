import { randomUUID } from 'node:crypto';
import type { EventStore, NewEvent, StreamName } from '#libs/event-store';
import { type EventId, E } from '#libs/kernel';

const STATISTICS: StreamName = '$stats-127.0.0.1:2113';
/** Metadata of a stream that nobody has. */
const METADATA: StreamName = '$$$stats-127.0.0.1:2113';
/** So that they are many, and one between the others. */
const RUN = 100;

const event = (type: string, data: unknown): NewEvent => ({
  id: randomUUID() as EventId,
  type,
  version: 1,
  data,
  metadata: {},
});

/** What a server writes on its own account: statistics about itself, and metadata of its streams. */
export const writeSystemEvents = async (store: EventStore, count: number): Promise<void> => {
  for (let written = 0, isMetadata = false; written < count; isMetadata = !isMetadata) {
    const run = Math.min(RUN, count - written);
    const stream = isMetadata ? METADATA : STATISTICS;
    const events = Array.from({ length: run }, () =>
      isMetadata ? event('$metadata', { $maxAge: 86_400 }) : event('$statsCollected', { 'proc-mem': 1 }),
    );
    const answer = await store.append(stream, 'any', events)();
    if (E.isLeft(answer)) throw new Error(`system events were refused: ${answer.left._tag}`);
    written += run;
  }
};
