import * as t from 'io-ts';
import type { ExportedEvent, TrailEvent } from '#libs/audit';
import type { Place, Refusal } from '#libs/authorization';
import { E } from '#libs/kernel';
import type { Caller } from '../http/caller.js';
import { IsoTime } from '../http/fields.js';
import type { PositionTokens } from '../http/position-token.js';
import type { AuditAccess, Within } from './audit-access.js';

/** What of the trail is asked for, of which everything may be left out: the same for its pages and for its export. */
export const trailFields = {
  organizationId: t.string,
  projectId: t.string,
  apiKeyId: t.string,
  accountId: t.string,
  actorId: t.string,
  viaId: t.string,
  type: t.string,
  from: IsoTime,
  to: IsoTime,
  order: t.keyof({ asc: null, desc: null }),
};

export type TrailQuery = {
  readonly [Field in keyof typeof trailFields]?: t.TypeOf<(typeof trailFields)[Field]>;
};

/**
 * AMB-39: a person names the organization or the project whose trail they read; of both, being let into one is enough. A key that is
 * named alone names its own.
 */
export const trailWithin = (
  access: AuditAccess,
  caller: Caller,
  { organizationId, projectId, apiKeyId }: TrailQuery,
): E.Either<Refusal, Within> => {
  const places: ReadonlyArray<Place> = [
    ...(organizationId === undefined ? [] : [{ type: 'organization', id: organizationId } as const]),
    ...(projectId === undefined ? [] : [{ type: 'project', id: projectId } as const]),
  ];
  const found = places.map((place) => access.of(caller, place));
  // Every event shown matches both filters.
  const there = found.find(E.isRight) ?? found[0];
  return there ?? (apiKeyId === undefined ? access.of(caller, undefined) : access.ofKey(caller, apiKeyId));
};

export const shownEvent = (event: TrailEvent, tokens: PositionTokens): ExportedEvent => {
  const { position, apiKeyId, accountId, sealed: _, category: __, data, ...shown } = event;
  const about = { ...(apiKeyId === null ? {} : { apiKeyId }), ...(accountId === null ? {} : { accountId }) };
  return { ...shown, position: tokens.encode(position), data: { ...about, ...data } };
};
