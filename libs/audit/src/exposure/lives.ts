import type { ApiKeyEvent, LegacyKeyEvent } from '#libs/api-keys/events';
import type { Actor, Position } from '#libs/event-store';
import type { AccountId, ApiKeyId, OrganizationId, ProjectId, Timestamp } from '#libs/kernel';
import type { Cited } from '../explanation/cited.js';

/** What ended a secret, or will: the type of an event with its position; or `expiry` or `rotation`, where time alone does. */
export interface EndOfLife {
  readonly at: Timestamp;
  readonly cause: string;
  readonly position: Position | null;
}

/** How long one secret was good, and is to be. */
export interface Life {
  /** Of a legacy key, which of its secrets. */
  readonly secretVersion: number | null;
  readonly from: { readonly at: Timestamp; readonly position: Position };
  readonly to: EndOfLife | null;
  readonly hasEnded: boolean;
  /** What a node has to have applied to refuse it when it has ended; null where any node does that knows the key at all. */
  readonly refusedBy: Position | null;
}

export interface LivedKey {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly name: string | null;
  readonly hint: string;
  readonly status: 'active' | 'expired' | 'revoked' | 'superseded';
  readonly createdBy: AccountId | null;
  /** The credential that acted for whoever made it. */
  readonly via: Actor | null;
  readonly replacedBy: ApiKeyId | null;
  /** One for each secret that it has had, the oldest first. */
  readonly lives: ReadonlyArray<Life>;
}

type KeyEvent<T extends ApiKeyEvent['type']> = Cited<Extract<ApiKeyEvent, { type: T }>>;

type End = EndOfLife & Pick<Life, 'refusedBy'>;

const earliest = (ends: ReadonlyArray<End>): End | undefined =>
  ends.reduce<End | undefined>((first, each) => (first === undefined || each.at < first.at ? each : first), undefined);

const last = <T extends ApiKeyEvent['type']>(events: ReadonlyArray<Cited<ApiKeyEvent>>, ...types: ReadonlyArray<T>) =>
  events.findLast((each): each is KeyEvent<T> => (types as ReadonlyArray<string>).includes(each.event.type));

/** When it ends by the clock: each with the event that said so, where a node may have heard of the key and not of that. */
const timedEnds = (events: ReadonlyArray<Cited<ApiKeyEvent>>): ReadonlyArray<End> => {
  const set = last(events, 'KeyCreated', 'KeyImported', 'KeyExpirationSet', 'KeyExpirationCanceled');
  const expiresAt = set === undefined || set.event.type === 'KeyExpirationCanceled' ? null : set.event.data.expiresAt;
  const isFirst = set?.event.type !== 'KeyExpirationSet';
  const replaced = last(events, 'KeyReplaced');
  return [
    ...(expiresAt === null || set === undefined
      ? []
      : [{ at: expiresAt, cause: 'expiry', position: null, refusedBy: isFirst ? null : set.position }]),
    ...(replaced === undefined || replaced.event.data.endsAt <= replaced.at
      ? []
      : [{ at: replaced.event.data.endsAt, cause: 'rotation', position: null, refusedBy: replaced.position }]),
  ];
};

/** A project key, from the events of its stream; nothing where it was never made. */
export const livedKey = (events: ReadonlyArray<Cited<ApiKeyEvent>>, now: Timestamp): LivedKey | undefined => {
  const made = last(events, 'KeyCreated', 'KeyImported');
  if (made === undefined) return undefined;
  const replaced = last(events, 'KeyReplaced');
  const revoked = last(events, 'KeyRevoked');
  const byEvent = [revoked, replaced !== undefined && replaced.event.data.endsAt <= replaced.at ? replaced : undefined]
    .filter((each) => each !== undefined)
    .map(({ at, event: { type }, position }): End => ({ at, cause: type, position, refusedBy: position }));
  const timed = timedEnds(events);
  const ended = earliest([...byEvent, ...timed.filter(({ at }) => at <= now)]);
  const { refusedBy = null, ...to } = ended ?? earliest(timed) ?? {};
  const { organizationId, projectId, name, hint } = made.event.data;
  return {
    organizationId,
    projectId,
    name: last(events, 'KeyRenamed')?.event.data.name ?? name,
    hint,
    status:
      revoked !== undefined
        ? 'revoked'
        : ended === undefined
          ? 'active'
          : ended.cause === 'expiry'
            ? 'expired'
            : 'superseded',
    createdBy: made.event.type === 'KeyCreated' ? made.event.data.createdBy : null,
    via: made.via,
    replacedBy: replaced?.event.data.replacedBy ?? null,
    lives: [
      {
        secretVersion: null,
        from: { at: made.at, position: made.position },
        to: 'at' in to ? to : null,
        hasEnded: ended !== undefined,
        refusedBy,
      },
    ],
  };
};

/** The legacy key of an organization: it goes on for ever, and its secrets end one another. */
export const livedLegacyKey = (events: ReadonlyArray<Cited<LegacyKeyEvent>>): LivedKey | undefined => {
  const secrets = events.filter(({ event }) => event.type !== 'LegacyKeyRevealed');
  const newest = secrets.at(-1);
  if (newest === undefined || newest.event.type === 'LegacyKeyRevealed') return undefined;
  const { organizationId, projectId, hint } = newest.event.data;
  const lives = secrets.map(({ at, position, event }, n): Life => {
    const next = secrets[n + 1];
    return {
      secretVersion: event.type === 'LegacyKeyRegenerated' ? event.data.secretVersion : 1,
      from: { at, position },
      to: next === undefined ? null : { at: next.at, cause: next.event.type, position: next.position },
      hasEnded: next !== undefined,
      refusedBy: next?.position ?? null,
    };
  });
  return {
    organizationId,
    projectId,
    name: null,
    hint,
    status: 'active',
    createdBy: null,
    via: null,
    replacedBy: null,
    lives,
  };
};
