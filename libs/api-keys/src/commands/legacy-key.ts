import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, readFacts, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  derivedId,
  foldOfAggregate,
  type Position,
  type Ready,
  StreamFolds,
  transact,
  type Transacted,
  type TransactFailure,
} from '#libs/event-store';
import { type AccountId, type ApiKeyId, E, notFound, O, type OrganizationId, pipe, TE } from '#libs/kernel';
import { Vault, type VaultUnavailable } from '#libs/vault';
import {
  legacyKey,
  type LegacyKeyCommand,
  type LegacyKeyFailure,
  type LegacyKeyState,
} from '../domain/legacy-key.decider.js';
import { KeySettings } from './create-key.js';
import { LegacySecrets, newSecret } from './legacy-secrets.js';

type Failure = LegacyKeyFailure | Refusal | TransactFailure | VaultUnavailable;

export interface LegacySecret {
  readonly id: ApiKeyId;
  readonly secretVersion: number;
  readonly position: Position;
  /** Null where this same command had been done before. */
  readonly secret: string | null;
}

/** KEY-26, KEY-28: the operator's, once; its secret is seen by the owner alone. */
export class IssueLegacyKey extends Command<E.Either<Failure, LegacySecret>> {
  constructor(
    readonly context: CommandContext,
    readonly organizationId: OrganizationId,
  ) {
    super();
  }
}

/** KEY-32, AMB-01, AMB-03: another secret under the same id; the one before it is dead from then. */
export class RegenerateLegacyKey extends Command<E.Either<Failure, LegacySecret>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly organizationId: OrganizationId,
  ) {
    super();
  }
}

/** KEY-27: its owner has it shown again, and that is recorded. */
export class RevealLegacyKey extends Command<E.Either<Failure, LegacySecret>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly organizationId: OrganizationId,
  ) {
    super();
  }
}

const answered = (
  done: Transacted<LegacyKeyState | null>,
  secret: string | null,
): TE.TaskEither<Failure, LegacySecret> =>
  done.state === null
    ? TE.left(notFound('legacy key'))
    : TE.right({ id: done.state.keyId, secretVersion: done.state.secretVersion, position: done.position, secret });

type Accepted = Ready<LegacyKeyCommand> & { readonly state: LegacyKeyState | null };

/** A command that its key, as it is now, does not refuse: what is held or shown for it is for something. */
const accepted =
  (streams: StreamFolds, organizationId: OrganizationId) =>
  (ready: Ready<LegacyKeyCommand>): TE.TaskEither<Failure, Accepted> =>
    pipe(
      streams.load(foldOfAggregate(legacyKey), organizationId),
      TE.flatMapEither(({ state }): E.Either<Failure, Accepted> =>
        E.map(() => ({ ...ready, state }))(legacyKey.decide(ready.command, state)),
      ),
    );

@CommandHandler(IssueLegacyKey)
export class IssueLegacyKeyHandler implements ICommandHandler<IssueLegacyKey> {
  private readonly secrets: LegacySecrets;

  constructor(
    private readonly streams: StreamFolds,
    vault: Vault,
    private readonly settings: KeySettings,
  ) {
    this.secrets = new LegacySecrets(vault);
  }

  async execute({ context, organizationId }: IssueLegacyKey): Promise<E.Either<Failure, LegacySecret>> {
    const { secret, digest, hint } = newSecret(this.settings);
    const keyId = derivedId(context.commandId, 'key');
    const done = await transact(
      this.streams,
      legacyKey,
    )({
      id: organizationId,
      context: { ...context, attempt: digest },
      ready: pipe(
        readFacts(this.streams, { accountIds: [], organizationId }),
        TE.flatMapEither(({ facts, basis }) => {
          const projectId = facts.organization(organizationId)?.defaultProjectId;
          if (projectId === undefined) return E.left<Failure>(notFound('organization'));
          const command = { type: 'IssueLegacyKey' as const, keyId, organizationId, projectId, digest, hint };
          return E.right({ command, basis });
        }),
        TE.flatMap(accepted(this.streams, organizationId)),
        TE.chainFirst((): TE.TaskEither<Failure, true> => this.secrets.hold({ secret, digest })),
      ),
    })();
    await this.secrets.tidy(digest, done);
    return E.isLeft(done) ? done : answered(done.right, null)();
  }
}

@CommandHandler(RegenerateLegacyKey)
export class RegenerateLegacyKeyHandler implements ICommandHandler<RegenerateLegacyKey> {
  private readonly secrets: LegacySecrets;

  constructor(
    private readonly streams: StreamFolds,
    vault: Vault,
    private readonly settings: KeySettings,
  ) {
    this.secrets = new LegacySecrets(vault);
  }

  async execute({ context, by, organizationId }: RegenerateLegacyKey): Promise<E.Either<Failure, LegacySecret>> {
    const { secret, digest, hint } = newSecret(this.settings);
    const place = { type: 'organization', id: organizationId } as const;
    const done = await transact(
      this.streams,
      legacyKey,
    )({
      id: organizationId,
      context: { ...context, attempt: digest },
      ready: pipe(
        authorize(this.streams, { accountId: by, action: 'legacy-key:regenerate', place, now: context.at }),
        TE.map(({ basis }) => ({ command: { type: 'RegenerateLegacyKey' as const, digest, hint }, basis })),
        TE.flatMap(accepted(this.streams, organizationId)),
        TE.chainFirst((): TE.TaskEither<Failure, true> => this.secrets.hold({ secret, digest })),
      ),
    })();
    await this.secrets.tidy(digest, done);
    return E.isLeft(done) ? done : answered(done.right, done.right.changed ? secret : null)();
  }
}

@CommandHandler(RevealLegacyKey)
export class RevealLegacyKeyHandler implements ICommandHandler<RevealLegacyKey> {
  private readonly secrets: LegacySecrets;

  constructor(
    private readonly streams: StreamFolds,
    vault: Vault,
  ) {
    this.secrets = new LegacySecrets(vault);
  }

  async execute({ context, by, organizationId }: RevealLegacyKey): Promise<E.Either<Failure, LegacySecret>> {
    const place = { type: 'organization', id: organizationId } as const;
    let secret: string | null = null;
    const done = await transact(
      this.streams,
      legacyKey,
    )({
      id: organizationId,
      context,
      ready: pipe(
        authorize(this.streams, { accountId: by, action: 'legacy-key:read', place, now: context.at }),
        TE.map(({ basis }) => ({ command: { type: 'RevealLegacyKey' as const }, basis })),
        TE.flatMap(accepted(this.streams, organizationId)),
        // Had before it is recorded, so that no event says so of what was not shown; and shown only after.
        TE.chainFirst(({ state }) =>
          pipe(
            state === null ? TE.right(O.none) : this.secrets.recall(state.digest),
            TE.flatMap(
              O.match(
                () => this.notHeld(organizationId, state),
                (held) => TE.of<Failure, string>(held),
              ),
            ),
            TE.map((recalled) => {
              secret = recalled;
            }),
          ),
        ),
      ),
    })();
    // Had in this very execution: of a command that was done before, nothing was.
    return E.isLeft(done) ? done : answered(done.right, secret)();
  }

  /**
   * Regenerated a moment ago, and dropped with that: then it is looked at again. Or the vault was put back to before the key's last secret.
   */
  private notHeld(organizationId: OrganizationId, seen: LegacyKeyState | null): TE.TaskEither<Failure, never> {
    return pipe(
      this.streams.load(foldOfAggregate(legacyKey), organizationId),
      TE.flatMap(({ stream, state }): TE.TaskEither<Failure, never> =>
        TE.left(
          state?.digest === seen?.digest
            ? { _tag: 'SecretNotHeld' }
            : { _tag: 'RevisionConflict', stream, actual: null },
        ),
      ),
    );
  }
}
