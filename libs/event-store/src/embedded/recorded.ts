import type { EventId } from '#libs/kernel';
import type { Position, RecordedEvent, StreamName } from '../event-store.js';
import { StoreFailed } from '../store-failed.js';

/** The columns of `events`, in the order they are selected in. */
export type Row = readonly [
  position: number,
  stream: StreamName,
  revision: number,
  id: EventId,
  type: string,
  version: number,
  data: string,
  metadata: string,
];

/** A row as an event. The data is parsed at once, as every reader wants it; the metadata when it is asked for. */
class EmbeddedEvent implements RecordedEvent {
  readonly position: Position;
  readonly stream: StreamName;
  readonly revision: number;
  readonly id: EventId;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
  private readonly metadataText: string;

  constructor([position, stream, revision, id, type, version, data, metadata]: Row) {
    this.position = BigInt(position);
    this.stream = stream;
    this.revision = revision;
    this.id = id;
    this.type = type;
    this.version = version;
    this.metadataText = metadata;
    this.data = this.parsed('data', data);
  }

  get metadata(): unknown {
    return this.parsed('metadata', this.metadataText);
  }

  private parsed(part: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      const { stream, revision } = this;
      throw new StoreFailed({ _tag: 'CorruptEvent', stream, revision, why: `its ${part} is not JSON` });
    }
  }
}

export const recordedAll = (rows: ReadonlyArray<Row>): RecordedEvent[] => {
  const events: RecordedEvent[] = [];
  for (const row of rows) events.push(new EmbeddedEvent(row));
  return events;
};
