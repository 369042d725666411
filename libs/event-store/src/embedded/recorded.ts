import type { EventId } from '#libs/kernel';
import type { RecordedEvent, StreamName } from '../event-store.js';
import { StoreFailed } from '../store-failed.js';

/** The columns of `events`, in the order they are selected in. */
export type Row = readonly [
  position: number,
  stream: StreamName,
  revision: number,
  id: EventId,
  type: string,
  data: string,
  metadata: string,
];

/** Parsed at once, not on first use: every reader wants it all, and a body that is no JSON fails the read it is in. */
const recorded = ([position, stream, revision, id, type, data, metadata]: Row): RecordedEvent => {
  const parsed = (part: string, text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      throw new StoreFailed({ _tag: 'CorruptEvent', stream, revision, why: `its ${part} is not JSON` });
    }
  };
  return {
    id,
    type,
    stream,
    revision,
    position: BigInt(position),
    data: parsed('data', data),
    metadata: parsed('metadata', metadata),
  };
};

export const recordedAll = (rows: ReadonlyArray<Row>): RecordedEvent[] => {
  const events: RecordedEvent[] = [];
  for (const row of rows) events.push(recorded(row));
  return events;
};
