import type { Cite } from '#libs/authorization';
import {
  type Actor,
  type EventMetadata,
  metadataOf,
  type Position,
  type RecordedEvent,
  type StoreFailure,
  type StreamName,
} from '#libs/event-store';
import { E, type Timestamp } from '#libs/kernel';

/** An event that gives or takes, as an auditor is told of it. */
export interface Evidence extends Cite {
  readonly at: Timestamp;
  readonly actor: Actor;
}

/** The events behind the facts that were asked, by their streams and by their positions. */
export class TouchedLog {
  private readonly byStream = new Map<StreamName, RecordedEvent[]>();
  private readonly byPosition = new Map<Position, RecordedEvent>();

  /** @param events in the log's order */
  constructor(events: ReadonlyArray<RecordedEvent>) {
    for (const recorded of events) {
      const { stream, position } = recorded;
      const before = this.byStream.get(stream);
      if (before === undefined) this.byStream.set(stream, [recorded]);
      else before.push(recorded);
      this.byPosition.set(position, recorded);
    }
  }

  /** The events of some streams after one position and up to another, in the log's order. */
  of(streams: ReadonlyArray<StreamName>, after: Position, upTo: Position): ReadonlyArray<RecordedEvent> {
    return streams
      .flatMap((stream) => this.byStream.get(stream) ?? [])
      .filter(({ position }) => position > after && position <= upTo)
      .sort((one, other) => (one.position < other.position ? -1 : 1));
  }

  told(cites: ReadonlyArray<Cite>): E.Either<StoreFailure, ReadonlyArray<Evidence>> {
    const ordered = [...cites].sort((one, other) => (one.position < other.position ? -1 : 1));
    return E.traverseArray(({ position, type }: Cite) => {
      const metadata = this.metadataAt(position);
      return E.isLeft(metadata) ? metadata : E.right({ position, type, ...whoAndWhen(metadata.right) });
    })(ordered);
  }

  metadataAt(position: Position): E.Either<StoreFailure, EventMetadata> {
    const recorded = this.byPosition.get(position);
    // A fact cites the events of its own stream, and that was read to know it.
    if (recorded === undefined) throw new Error('an event is cited that was not read');
    return metadataOf(recorded);
  }
}

const whoAndWhen = ({ actor, at }: EventMetadata) => ({ actor, at });
