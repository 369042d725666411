import type { AccountId, Timestamp } from './ids.js';

/** A stored event on its way to a fold: its own id, where it lies, and what it says. */
export interface Recorded<Event> {
  /** The stream's id without its category: `key_…` of `apiKey-key_…`. */
  readonly id: string;
  readonly eventId: string;
  /** The log's order, opaque and comparable. Never a clock, and never written into an event. */
  readonly position: bigint;
  /** When it was done, ISO-8601 UTC, from the event's metadata. */
  readonly at: Timestamp;
  /** The person who did it; null for the operator, a service, or the engine itself. */
  readonly by: AccountId | null;
  readonly event: Event;
}

/**
 * The fold of one category, a document per stream: nothing but events in, answers out.
 * `undefined` for a stream that says nothing (yet).
 */
export interface Projection<Doc, Event extends { readonly type: string }> {
  readonly category: string;
  project(doc: Doc | undefined, recorded: Recorded<Event>): Doc | undefined;
}
