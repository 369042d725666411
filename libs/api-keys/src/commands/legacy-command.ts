import type { Refusal } from '#libs/authorization';
import {
  foldOfAggregate,
  type Position,
  type Ready,
  type StreamFolds,
  type Transacted,
  type TransactFailure,
} from '#libs/event-store';
import { type ApiKeyId, E, notFound, type OrganizationId, pipe, TE } from '#libs/kernel';
import type { VaultUnavailable } from '#libs/vault';
import {
  legacyKey,
  type LegacyKeyCommand,
  type LegacyKeyFailure,
  type LegacyKeyState,
} from '../domain/legacy-key.decider.js';

export type Failure = LegacyKeyFailure | Refusal | TransactFailure | VaultUnavailable;

export interface LegacySecret {
  readonly id: ApiKeyId;
  readonly secretVersion: number;
  readonly position: Position;
  /** Null where this same command had been done before. */
  readonly secret: string | null;
}

export const answered = (
  done: Transacted<LegacyKeyState | null>,
  secret: string | null,
): TE.TaskEither<Failure, LegacySecret> =>
  done.state === null
    ? TE.left(notFound('legacy key'))
    : TE.right({ id: done.state.keyId, secretVersion: done.state.secretVersion, position: done.position, secret });

type Accepted = Ready<LegacyKeyCommand> & { readonly state: LegacyKeyState | null };

/** A command that its key, as it is now, does not refuse: what is held or shown for it is for something. */
export const accepted =
  (streams: StreamFolds, organizationId: OrganizationId) =>
  (ready: Ready<LegacyKeyCommand>): TE.TaskEither<Failure, Accepted> =>
    pipe(
      streams.load(foldOfAggregate(legacyKey), organizationId),
      TE.flatMapEither(({ state }): E.Either<Failure, Accepted> =>
        E.map(() => ({ ...ready, state }))(legacyKey.decide(ready.command, state)),
      ),
    );
