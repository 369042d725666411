import {
  type Aggregate,
  type ApiKeyId,
  type Decision,
  type Digest,
  E,
  type NotFound,
  notFound,
  type OrganizationId,
  type ProjectId,
} from '#libs/kernel';
import type { Algorithm, PepperName } from './foreign.js';
import { type LegacyKeyEvent, legacyKeyEvents } from './legacy-key.events.js';

interface Place {
  readonly keyId: ApiKeyId;
  readonly organizationId: OrganizationId;
  /** The organization's default project, the only one it can have (KEY-34). */
  readonly projectId: ProjectId;
}

export type LegacyKeyCommand =
  | (Place & { readonly type: 'IssueLegacyKey'; readonly digest: Digest; readonly hint: string })
  | (Place & {
      readonly type: 'ImportLegacyKey';
      readonly digest: Digest;
      readonly name: string;
      readonly hint: string;
      readonly algorithm: Algorithm;
      readonly pepper: PepperName | null;
      readonly externalId: string | null;
    })
  | { readonly type: 'RegenerateLegacyKey'; readonly digest: Digest; readonly hint: string }
  | { readonly type: 'RevealLegacyKey' };

export type LegacyKeyFailure =
  | NotFound
  | { readonly _tag: 'LegacyKeyExists' }
  /** It was imported, and nobody here ever saw its secret. */
  | { readonly _tag: 'SecretNotHeld' };

export interface LegacyKeyState extends Place {
  readonly digest: Digest;
  readonly secretVersion: number;
  /** False while its secret is one that was imported. */
  readonly held: boolean;
  /** The digests of its former secrets. */
  readonly former: ReadonlyArray<Digest>;
}

type State = LegacyKeyState | null;
type Answer = Decision<LegacyKeyFailure, LegacyKeyEvent>;

const placeOf = ({ keyId, organizationId, projectId }: Place): Place => ({ keyId, organizationId, projectId });

const begin = (
  command: Extract<LegacyKeyCommand, { type: 'IssueLegacyKey' | 'ImportLegacyKey' }>,
  state: State,
): Answer => {
  if (command.type === 'IssueLegacyKey') {
    const { type: _, ...key } = command;
    return state === null ? E.right([{ type: 'LegacyKeyIssued', data: key }]) : E.left({ _tag: 'LegacyKeyExists' });
  }
  const { type: _, ...key } = command;
  if (state === null) return E.right([{ type: 'LegacyKeyImported', data: key }]);
  // The same line of an import again, whatever has become of the secret since: it is this very key.
  const isSame = state.keyId === key.keyId;
  return isSame ? E.right([]) : E.left({ _tag: 'LegacyKeyExists' });
};

const decide = (command: LegacyKeyCommand, state: State): Answer => {
  if (command.type === 'IssueLegacyKey' || command.type === 'ImportLegacyKey') return begin(command, state);
  if (state === null) return E.left(notFound('legacy key'));
  switch (command.type) {
    case 'RegenerateLegacyKey': {
      const { digest, hint } = command;
      const secretVersion = state.secretVersion + 1;
      const data = { ...placeOf(state), digest, supersedes: state.digest, hint, secretVersion };
      return E.right([{ type: 'LegacyKeyRegenerated', data }]);
    }
    case 'RevealLegacyKey': {
      if (!state.held) return E.left({ _tag: 'SecretNotHeld' });
      const { secretVersion } = state;
      return E.right([{ type: 'LegacyKeyRevealed', data: { ...placeOf(state), secretVersion } }]);
    }
  }
};

const evolve = (state: State, event: LegacyKeyEvent): State => {
  switch (event.type) {
    case 'LegacyKeyIssued':
    case 'LegacyKeyImported': {
      const held = event.type === 'LegacyKeyIssued';
      return { ...placeOf(event.data), digest: event.data.digest, secretVersion: 1, held, former: [] };
    }
    case 'LegacyKeyRegenerated': {
      const { digest, secretVersion, supersedes } = event.data;
      return state && { ...state, digest, secretVersion, held: true, former: [...state.former, supersedes] };
    }
    case 'LegacyKeyRevealed':
      return state;
  }
};

/**
 * The one key of an organization that is older than projects (KEY-26): scoped to the default project, its owner's alone, with a
 * secret that changes under an id that never does. It has no revocation and no end (KEY-31, KEY-36).
 */
export const legacyKey: Aggregate<LegacyKeyCommand, State, LegacyKeyEvent, LegacyKeyFailure> = {
  category: 'legacyKey',
  events: legacyKeyEvents,
  initialState: null,
  decide,
  evolve,
};
