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

const parsed = (part: string, text: string, [, stream, revision]: Row): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new StoreFailed({ _tag: 'CorruptEvent', stream, revision, why: `its ${part} is not JSON` });
  }
};

/** Both at once, which is cheaper than one after the other; apart where that fails, to say which of them it is. */
const bodies = (row: Row): readonly [unknown, unknown] => {
  const [, , , , , data, metadata] = row;
  try {
    const both = JSON.parse(`[${data},${metadata}]`) as readonly [unknown, unknown];
    if (both.length === 2) return both;
  } catch {
    // said below
  }
  return [parsed('data', data, row), parsed('metadata', metadata, row)];
};

/** Parsed at once, not on first use: every reader wants it all, and a body that is no JSON fails the read it is in. */
const recorded = (row: Row): RecordedEvent => {
  const [position, stream, revision, id, type] = row;
  const [data, metadata] = bodies(row);
  return { id, type, stream, revision, position: BigInt(position), data, metadata };
};

export const recordedAll = (rows: ReadonlyArray<Row>): RecordedEvent[] => {
  const events: RecordedEvent[] = [];
  for (const row of rows) events.push(recorded(row));
  return events;
};
