import { hash } from 'node:crypto';
import * as t from 'io-ts';
import { AccountId, CommandId, E, type EventId, exact, pipe, ServiceTokenId, Timestamp } from '#libs/kernel';
import type { RecordedEvent, StoreFailure, StreamName } from './event-store.js';
import { StoreFailed } from './store-failed.js';

/** Who did it: a person, the operator, a service (its token), or the engine itself finishing what was asked of it. */
export const Actor = t.union([
  exact({ type: t.literal('user'), id: AccountId }),
  exact({ type: t.literal('service'), id: ServiceTokenId }),
  exact({ type: t.literal('operator') }),
  exact({ type: t.literal('system') }),
]);
export type Actor = t.TypeOf<typeof Actor>;

/** An id says by its prefix what it is of; the operator and the engine itself have none, and go by their type. */
export const nameOfActor = (actor: Actor): string => ('id' in actor ? actor.id : actor.type);

/** What every command brings along besides its content. Time and ids come in here, so that deciders need no clock. */
export interface CommandContext {
  readonly commandId: CommandId;
  /** Its id was made for it just now, and follows from nothing that could come again: the log has not seen it. */
  readonly fresh?: true;
  readonly actor: Actor;
  /** The credential that acts for the actor; null when the actor's own was used. */
  readonly via: Actor | null;
  readonly requestId: string;
  readonly at: Timestamp;
  /**
   * What this attempt at the command has of its own and shows, by its digest: a secret. Two attempts may run at once, on two nodes; only the one whose
   * event is in the log may be told that it was written.
   */
  readonly attempt?: string;
  /** The caller's `If-Match`: is the stream, whose last event is at `position`, still what they read? */
  readonly unchangedSince?: (position: bigint) => boolean;
}

/**
 * On disk beside every event. `basis`: the streams and revisions that the command was allowed on, as pairs: an object
 * keyed by streams would give every event a shape of its own, and a reader of millions pays for each shape.
 */
const EventMetadata = exact({
  actor: Actor,
  via: t.union([Actor, t.null]),
  commandId: CommandId,
  correlationId: t.string,
  at: Timestamp,
  basis: t.array(t.tuple([t.string, t.number])),
});
export type EventMetadata = t.TypeOf<typeof EventMetadata>;

export const corrupt = ({ stream, revision }: RecordedEvent, why: string): StoreFailure => ({
  _tag: 'CorruptEvent',
  stream,
  revision,
  why,
});

export const metadataOf = (recorded: RecordedEvent): E.Either<StoreFailure, EventMetadata> =>
  pipe(
    E.tryCatch(
      () => recorded.metadata,
      (thrown) => (thrown instanceof StoreFailed ? thrown.failure : corrupt(recorded, 'its metadata cannot be read')),
    ),
    E.filterOrElse(EventMetadata.is, () => corrupt(recorded, 'its metadata does not match the schema')),
  );

/**
 * An event's id follows from its command, its stream and its place in the append: the same command makes the same ids. Where attempts at it
 * differ in what they show, from that as well: else the store would take the second one's event for the first one's.
 */
export const eventIdOf = (
  { commandId, attempt }: Pick<CommandContext, 'commandId' | 'attempt'>,
  stream: StreamName,
  n: number,
): EventId => {
  const parts = [commandId, stream, String(n), ...(attempt === undefined ? [] : [attempt])];
  const hex = hash('sha256', parts.join('\n'), 'hex');
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  // A version 8 UUID (RFC 9562): custom, made from a hash.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as EventId;
};

export const streamOf = (category: string, id: string): StreamName => `${category}-${id}`;

/** The category ends at the first dash. */
export const categoryOf = (stream: StreamName): string => stream.slice(0, stream.indexOf('-'));
export const idOf = (stream: StreamName): string => stream.slice(stream.indexOf('-') + 1);

/** Categories that keep the engine going and are no part of what happened: left out of trail, proofs and backups. Some are not kept for long. */
export const plumbing: ReadonlySet<string> = new Set(['heartbeat', 'idempotency']);
export const isPlumbing = ({ stream }: Pick<RecordedEvent, 'stream'>): boolean => plumbing.has(categoryOf(stream));
