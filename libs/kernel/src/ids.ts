import type * as t from 'io-ts';
import { branded } from './branded.js';

/** Ids are opaque and byte-exact: a prefix that names the kind, then 22 base62 characters (131 bits). */
const idOf = <Name extends string>(name: Name, prefix: string) =>
  branded(name, new RegExp(`^${prefix}_[0-9A-Za-z]{1,64}$`, 'u'));

export const AccountId = idOf('AccountId', 'user');
export type AccountId = t.TypeOf<typeof AccountId>;

export const OrganizationId = idOf('OrganizationId', 'org');
export type OrganizationId = t.TypeOf<typeof OrganizationId>;

export const ProjectId = idOf('ProjectId', 'proj');
export type ProjectId = t.TypeOf<typeof ProjectId>;

export const ApiKeyId = idOf('ApiKeyId', 'key');
export type ApiKeyId = t.TypeOf<typeof ApiKeyId>;

export const ServiceTokenId = idOf('ServiceTokenId', 'svc');
export type ServiceTokenId = t.TypeOf<typeof ServiceTokenId>;

export const InvitationId = idOf('InvitationId', 'inv');
export type InvitationId = t.TypeOf<typeof InvitationId>;

/** A UUID in lower case: what an event is found by, in every store (EventStoreDB takes nothing else). */
export const EventId = branded('EventId', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u);
export type EventId = t.TypeOf<typeof EventId>;

/** Names one command, once: its events' ids follow from it, so the same command again is no new events. */
export const CommandId = branded('CommandId', /^cmd_[0-9a-f]{32}$/u);
export type CommandId = t.TypeOf<typeof CommandId>;

/** The SHA-256 of a secret, in lower-case hex. Never leaves the log by any API, export, log line or metric. */
export const Digest = branded('Digest', /^[0-9a-f]{64}$/u);
export type Digest = t.TypeOf<typeof Digest>;

/**
 * ISO-8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it; orders as a string. A text of that
 * form which is no moment is refused: compared with it, nothing would ever expire.
 */
export const Timestamp = branded(
  'Timestamp',
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/u,
);
export type Timestamp = t.TypeOf<typeof Timestamp>;
