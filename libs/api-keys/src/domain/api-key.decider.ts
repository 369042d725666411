import {
  type AccountId,
  type Aggregate,
  type Decision,
  type Digest,
  E,
  type NotFound,
  notFound,
  type OrganizationId,
  type ProjectId,
  type Timestamp,
} from '#libs/kernel';
import { type ApiKeyEvent, apiKeyEvents } from './api-key.events.js';

export type ApiKeyCommand =
  | {
      readonly type: 'CreateKey';
      readonly organizationId: OrganizationId;
      readonly projectId: ProjectId;
      readonly name: string;
      readonly digest: Digest;
      readonly hint: string;
      readonly createdBy: AccountId;
      readonly expiresAt: Timestamp | null;
      readonly archived: boolean;
      readonly now: Timestamp;
    }
  | {
      readonly type: 'UpdateKey';
      readonly name?: string;
      /** null cancels the expiration (KEY-20). */
      readonly expiresAt?: Timestamp | null;
      readonly now: Timestamp;
    }
  | { readonly type: 'RevokeKey' };

export type ApiKeyFailure =
  | NotFound
  | { readonly _tag: 'KeyExists' }
  | { readonly _tag: 'ProjectArchived' }
  | { readonly _tag: 'KeyRevoked' }
  | { readonly _tag: 'KeyExpired' }
  | { readonly _tag: 'ExpiryInThePast'; readonly expiresAt: Timestamp };

interface Key {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly digest: Digest;
  readonly name: string;
  readonly expiresAt: Timestamp | null;
  readonly revoked: boolean;
}

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

const update = ({ name, expiresAt, now }: Of<'UpdateKey'>, key: Key): Answer => {
  const { organizationId, projectId, digest } = key;
  // AMB-18: what is revoked or has expired stays as it ended.
  if (key.revoked) return E.left({ _tag: 'KeyRevoked' });
  if (past(key.expiresAt, now)) return E.left({ _tag: 'KeyExpired' });
  if (expiresAt !== undefined && expiresAt !== null && past(expiresAt, now))
    return E.left({ _tag: 'ExpiryInThePast', expiresAt });
  const events: Array<ApiKeyEvent> = [];
  if (name !== undefined && name !== key.name)
    events.push({ type: 'KeyRenamed', data: { organizationId, projectId, name } });
  if (expiresAt !== undefined && expiresAt !== key.expiresAt) {
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
  if (state === null) return E.left(notFound('api key'));
  switch (command.type) {
    case 'UpdateKey':
      return update(command, state);
    case 'RevokeKey': {
      const { organizationId, projectId, digest } = state;
      // AMB-16: a second time is no new event. An expired key may still be revoked.
      return E.right(state.revoked ? [] : [{ type: 'KeyRevoked', data: { organizationId, projectId, digest } }]);
    }
  }
};

const evolve = (state: State, event: ApiKeyEvent): State => {
  switch (event.type) {
    case 'KeyCreated': {
      const { organizationId, projectId, digest, name, expiresAt } = event.data;
      return { organizationId, projectId, digest, name, expiresAt, revoked: false };
    }
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

/** A key of one project, for its whole life (KEY-06): made, renamed, given an end, revoked for good (KEY-24). */
export const apiKey: Aggregate<ApiKeyCommand, State, ApiKeyEvent, ApiKeyFailure> = {
  category: 'apiKey',
  events: apiKeyEvents,
  initialState: null,
  decide,
  evolve,
};
