import type { Position } from '#libs/event-store';
import type { Timestamp } from '#libs/kernel';
import type { TrailEvent } from './trail-event.js';

/** What is looked for; of what is left out, everything. */
export interface TrailFilter {
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly accountId?: string | undefined;
  /** Whoever has no id is found by what they are: `operator`, `system`. */
  readonly actorId?: string | undefined;
  /** Done through this credential, for whomever. */
  readonly viaId?: string | undefined;
  readonly type?: string | undefined;
  /** `collaborator`, `apiKey`, …: of which kind of stream. */
  readonly category?: string | undefined;
  /** Inclusive. */
  readonly from?: Timestamp | undefined;
  /** Exclusive. */
  readonly to?: Timestamp | undefined;
  /** What the reader may see at all: events of these organizations. Everything where it is left out. */
  readonly within?: ReadonlyArray<string> | undefined;
}

/** Where in the trail: after `after` (exclusive) and, in the log's order, up to `upTo` (inclusive). */
export interface TrailPart {
  readonly after: Position | null;
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  readonly upTo?: Position | undefined;
}

export interface TrailRows {
  readonly items: ReadonlyArray<TrailEvent>;
  /** Where the next part begins: `after` of it. A part may be short of its limit, or empty, and still have a next one. */
  readonly last: Position;
  readonly complete: boolean;
}

/** Where the trail ends: everything in the log up to `position` is in it, or is none of an auditor's business. */
export interface TrailEnd {
  readonly position: Position;
  /** The last event in it, null where there is none: by its stream and revision it is found again in the log it came from. */
  readonly last: { readonly id: string; readonly stream: string; readonly revision: number } | null;
}

/** A position of the log and the time it stands for: the latest that any event up to it was done at. */
export interface PastMoment {
  readonly position: Position;
  readonly at: Timestamp;
}

/** The trail could not be read or written. It is disposable: it can always be made anew from the log. */
export interface TrailUnavailable {
  readonly _tag: 'TrailUnavailable';
  readonly cause: string;
}

/**
 * The read model of the audit trail: every event that is an auditor's business, as `trailEvent` shows it, in the log's order. A
 * method that cannot do it rejects; `Trail` makes a `TrailUnavailable` of it. One process at a time has it open.
 */
export abstract class TrailIndex {
  /** Makes it ready for this log: empties it, if it was another's. */
  abstract open(logId: string): Promise<TrailEnd>;
  /** Throws away all that is in it. */
  abstract clear(): Promise<void>;
  /** In the log's order, each once, all of them after what is there; all or nothing. */
  abstract append(events: ReadonlyArray<TrailEvent>, end: TrailEnd): Promise<void>;
  abstract page(filter: TrailFilter, part: TrailPart): Promise<TrailRows>;
  /** The last position whose time is at or before `time`; null where the first event came later. */
  abstract lastBy(time: Timestamp): Promise<PastMoment | null>;
  /** The time that a position stands for; null before the first event. */
  abstract timeOf(position: Position): Promise<Timestamp | null>;
  /** Which people or keys there are in what matches, in the order of their first events, up to a position (inclusive). */
  abstract ids(of: 'accountId' | 'apiKeyId', filter: TrailFilter, upTo: Position): Promise<ReadonlyArray<string>>;
  abstract close(): Promise<void>;
}
