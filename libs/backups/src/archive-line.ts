import * as t from 'io-ts';
import type { RecordedEvent, StreamName } from '#libs/event-store';
import { EventId, exact } from '#libs/kernel';
import type { VaultRow } from '#libs/vault';

export const VERSION = 1;

/** What an archive is, and of what. `masterKey` tells one master key from another, and says nothing about either. */
const HeaderLine = exact({
  writ: t.literal('backup'),
  version: t.number,
  logId: t.string,
  madeAt: t.string,
  masterKey: t.string,
});
export type HeaderLine = t.TypeOf<typeof HeaderLine>;

/**
 * An event: stream, revision, id, type, version, data, metadata. Without its position, which is a store's own: the order of the
 * lines is the order of the log.
 */
export interface EventLine {
  readonly e: readonly [StreamName, number, EventId, string, number, unknown, unknown];
}

/** A row of the vault: whose it is, and the wrapped key in base64; null where that was erased. */
export interface VaultLine {
  readonly v: readonly [string, string | null];
}

/** How much there was. `log`: a SHA-256 over the lines of the events, the same in every copy of the log. */
const EndLine = exact({ events: t.number, rows: t.number, log: t.string });
export type EndLine = t.TypeOf<typeof EndLine>;

/** The last one: an HMAC-SHA-256 over every byte before it. */
const MacLine = exact({ mac: t.string });
export type MacLine = t.TypeOf<typeof MacLine>;

export type ArchiveLine = HeaderLine | EventLine | VaultLine | EndLine | MacLine;

const listIn = (u: unknown, name: string): ReadonlyArray<unknown> =>
  t.UnknownRecord.is(u) && Object.keys(u).length === 1 && Array.isArray(u[name]) ? u[name] : [];

const isEventLine = (u: unknown): u is EventLine => {
  const [stream, revision, id, type, version, ...rest] = listIn(u, 'e');
  return (
    [stream, type].every(t.string.is) && [revision, version].every(t.Int.is) && EventId.is(id) && rest.length === 2
  );
};

const isVaultLine = (u: unknown): u is VaultLine => {
  const [subject, wrapped, ...rest] = listIn(u, 'v');
  return t.string.is(subject) && (t.string.is(wrapped) || wrapped === null) && rest.length === 0;
};

export const isArchiveLine = (u: unknown): u is ArchiveLine =>
  isEventLine(u) || isVaultLine(u) || HeaderLine.is(u) || EndLine.is(u) || MacLine.is(u);

/** An event as an archive has it: all of it but its position. */
export type ArchivedEvent = Omit<RecordedEvent, 'position'>;

export const eventLine = ({ stream, revision, id, type, version, data, metadata }: ArchivedEvent): string =>
  JSON.stringify({ e: [stream, revision, id, type, version, data, metadata] });

export const vaultLine = ({ subject, wrapped }: VaultRow): string =>
  JSON.stringify({ v: [subject, wrapped?.toString('base64') ?? null] });

export const rowIn = ({ v: [subject, wrapped] }: VaultLine): VaultRow => ({
  subject,
  wrapped: wrapped === null ? null : Buffer.from(wrapped, 'base64'),
});
