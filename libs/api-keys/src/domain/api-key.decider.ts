import {
  type Aggregate,
  type Decision,
  type Digest,
  E,
  notFound,
  type OrganizationId,
  type ProjectId,
  type Timestamp,
} from '#libs/kernel';
import type { ApiKeyCommand, ApiKeyFailure } from './api-key.js';
import { type ApiKeyEvent, apiKeyEvents } from './api-key.events.js';

interface Key {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly digest: Digest;
  readonly name: string;
  readonly expiresAt: Timestamp | null;
  /** What a rotation put in its place, and when that ends it; null while nothing has replaced it. */
  readonly replaced: Replaced | null;
  readonly revoked: boolean;
}

export type Replaced = Extract<ApiKeyEvent, { type: 'KeyReplaced' }>['data'];

type State = Key | null;
type Answer = Decision<ApiKeyFailure, ApiKeyEvent>;
type Of<Type extends ApiKeyCommand['type']> = Extract<ApiKeyCommand, { type: Type }>;

// Timestamps are of one length and in UTC, so they compare as text. Expired is `now >= expiresAt` (AMB-17).
const past = (expiresAt: Timestamp | null, now: Timestamp) => expiresAt !== null && now >= expiresAt;

const create = ({ type: _, now, archived, ...key }: Of<'CreateKey'>, state: State): Answer => {
  if (state !== null) return E.left({ _tag: 'KeyExists' });
  if (key.expiresAt !== null && past(key.expiresAt, now))
    return E.left({ _tag: 'ExpiryInThePast', expiresAt: key.expiresAt });
  if (archived) return E.left({ _tag: 'ProjectArchived' });
  return E.right([{ type: 'KeyCreated', data: { ...key, replaces: null } }]);
};

/** The id of an imported key follows from its digest: what is there already is that very key (AMB-16). */
const importKey = ({ type: _, now, archived, ...key }: Of<'ImportKey'>, state: State): Answer => {
  if (state !== null) return state.projectId === key.projectId ? E.right([]) : E.left({ _tag: 'KeyExists' });
  if (key.expiresAt !== null && past(key.expiresAt, now))
    return E.left({ _tag: 'ExpiryInThePast', expiresAt: key.expiresAt });
  return archived ? E.left({ _tag: 'ProjectArchived' }) : E.right([{ type: 'KeyImported', data: key }]);
};

/** AMB-18: what has ended stays as it ended, by its revocation, its rotation or its expiration. */
const ended = (key: Key, now: Timestamp): ApiKeyFailure | undefined => {
  if (key.revoked) return { _tag: 'KeyRevoked' };
  if (past(key.replaced?.endsAt ?? null, now)) return { _tag: 'KeySuperseded' };
  return past(key.expiresAt, now) ? { _tag: 'KeyExpired' } : undefined;
};

const sooner = (one: Timestamp, other: Timestamp | null): Timestamp => (other !== null && other < one ? other : one);

/** Beyond KEY-25. What comes after has the name of what it replaces, and ends no later than that would have. */
const rotate = (command: Of<'RotateKey'>, key: Key): Answer => {
  const { organizationId, projectId, digest, name, expiresAt } = key;
  const refusal = ended(key, command.now);
  if (refusal !== undefined) return E.left(refusal);
  if (key.replaced !== null) return E.left({ _tag: 'KeyReplaced', endsAt: key.replaced.endsAt });
  if (command.archived) return E.left({ _tag: 'ProjectArchived' });
  const { hint, createdBy, replacedBy } = command;
  const replacement = { digest: command.digest, name, hint, createdBy, expiresAt };
  const endsAt = sooner(command.endsAt, expiresAt);
  return E.right([
    { type: 'KeyReplaced', data: { organizationId, projectId, digest, endsAt, replacedBy, replacement } },
  ]);
};

const update = ({ name, expiresAt, now }: Of<'UpdateKey'>, key: Key): Answer => {
  const { organizationId, projectId, digest } = key;
  const refusal = ended(key, now);
  if (refusal !== undefined) return E.left(refusal);
  if (expiresAt !== undefined && expiresAt !== null && past(expiresAt, now))
    return E.left({ _tag: 'ExpiryInThePast', expiresAt });
  // What was replaced may end sooner than its overlap, and not later.
  const latest = key.replaced?.endsAt;
  if (latest !== undefined && expiresAt !== undefined && (expiresAt === null || expiresAt > latest))
    return E.left({ _tag: 'KeyReplaced', endsAt: latest });
  const events: Array<ApiKeyEvent> = [];
  if (name !== undefined && name !== key.name)
    events.push({ type: 'KeyRenamed', data: { organizationId, projectId, name } });
  // Its end as it is shown: by its expiration, or with the overlap.
  const end = latest === undefined ? key.expiresAt : sooner(latest, key.expiresAt);
  if (expiresAt !== undefined && expiresAt !== end) {
    const data = { organizationId, projectId, digest };
    events.push(
      expiresAt === null
        ? { type: 'KeyExpirationCanceled', data }
        : { type: 'KeyExpirationSet', data: { ...data, expiresAt } },
    );
  }
  return E.right(events);
};

const decide = (command: ApiKeyCommand, state: State): Answer => {
  if (command.type === 'CreateKey') return create(command, state);
  if (command.type === 'ImportKey') return importKey(command, state);
  if (command.type === 'SucceedKey') {
    const { type: _, ...key } = command;
    return E.right(state === null ? [{ type: 'KeyCreated', data: key }] : []);
  }
  if (state === null) return E.left(notFound('api key'));
  switch (command.type) {
    case 'UpdateKey':
      return update(command, state);
    case 'RotateKey':
      return rotate(command, state);
    case 'RevokeKey': {
      const { organizationId, projectId, digest } = state;
      // AMB-16: a second time is no new event. An expired key may still be revoked.
      return E.right(state.revoked ? [] : [{ type: 'KeyRevoked', data: { organizationId, projectId, digest } }]);
    }
  }
};

const evolve = (state: State, event: ApiKeyEvent): State => {
  switch (event.type) {
    case 'KeyCreated':
    case 'KeyImported': {
      const { organizationId, projectId, digest, name, expiresAt } = event.data;
      return { organizationId, projectId, digest, name, expiresAt, replaced: null, revoked: false };
    }
    case 'KeyReplaced':
      return state && { ...state, replaced: event.data };
    case 'KeyRenamed':
      return state && { ...state, name: event.data.name };
    case 'KeyExpirationSet':
      return state && { ...state, expiresAt: event.data.expiresAt };
    case 'KeyExpirationCanceled':
      return state && { ...state, expiresAt: null };
    case 'KeyRevoked':
      return state && { ...state, revoked: true };
  }
};

/** A key of one project, for its whole life (KEY-06): made or imported, renamed, given an end, replaced, revoked (KEY-24). */
export const apiKey: Aggregate<ApiKeyCommand, State, ApiKeyEvent, ApiKeyFailure> = {
  category: 'apiKey',
  events: apiKeyEvents,
  initialState: null,
  decide,
  evolve,
};
