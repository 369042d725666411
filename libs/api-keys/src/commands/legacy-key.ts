import { hash, randomBytes } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, readFacts, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  derivedId,
  type Position,
  StreamFolds,
  transact,
  type Transacted,
  type TransactFailure,
} from '#libs/event-store';
import {
  type AccountId,
  type ApiKeyId,
  type Digest,
  E,
  notFound,
  O,
  type OrganizationId,
  pipe,
  TE,
} from '#libs/kernel';
import { Vault, type VaultUnavailable } from '#libs/vault';
import { formatSecret, hintOf } from '../domain/key-format.js';
import { legacyKey, type LegacyKeyFailure, type LegacyKeyState } from '../domain/legacy-key.decider.js';
import { KeySettings } from './create-key.js';

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

/** Of each secret by itself: whoever is second of two at once writes over nothing. */
const heldAs = (digest: Digest): string => `legacy-key/${digest}`;

const newSecret = ({ prefix }: KeySettings) => {
  const secret = formatSecret(prefix, randomBytes(32));
  return { secret, digest: hash('sha256', secret, 'hex') as Digest, hint: hintOf(secret) };
};

const answered = (
  done: Transacted<LegacyKeyState | null>,
  secret: string | null,
): TE.TaskEither<Failure, LegacySecret> =>
  done.state === null
    ? TE.left(notFound('legacy key'))
    : TE.right({ id: done.state.keyId, secretVersion: done.state.secretVersion, position: done.position, secret });

@CommandHandler(IssueLegacyKey)
export class IssueLegacyKeyHandler implements ICommandHandler<IssueLegacyKey> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
    private readonly settings: KeySettings,
  ) {}

  execute({ context, organizationId }: IssueLegacyKey): Promise<E.Either<Failure, LegacySecret>> {
    const { secret, digest, hint } = newSecret(this.settings);
    const keyId = derivedId(context.commandId, 'key');
    return pipe(
      transact(
        this.streams,
        legacyKey,
      )({
        id: organizationId,
        context: { ...context, attempt: digest },
        ready: pipe(
          readFacts(this.streams, { accountIds: [], organizationId }),
          TE.flatMapEither(({ facts, basis }) => {
            const projectId = facts.organization(organizationId)?.defaultProjectId;
            return projectId === undefined ? E.left<Failure>(notFound('organization')) : E.right({ projectId, basis });
          }),
          // In the vault before it is in the log: what the log knows can be shown.
          TE.chainFirst((): TE.TaskEither<Failure, unknown> => this.vault.hold(heldAs(digest), secret)),
          TE.map(({ projectId, basis }) => ({
            command: { type: 'IssueLegacyKey' as const, keyId, organizationId, projectId, digest, hint },
            basis,
          })),
        ),
      }),
      TE.flatMap((done) => answered(done, null)),
    )();
  }
}

@CommandHandler(RegenerateLegacyKey)
export class RegenerateLegacyKeyHandler implements ICommandHandler<RegenerateLegacyKey> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
    private readonly settings: KeySettings,
  ) {}

  execute({ context, by, organizationId }: RegenerateLegacyKey): Promise<E.Either<Failure, LegacySecret>> {
    const { secret, digest, hint } = newSecret(this.settings);
    const place = { type: 'organization', id: organizationId } as const;
    return pipe(
      transact(
        this.streams,
        legacyKey,
      )({
        id: organizationId,
        context: { ...context, attempt: digest },
        ready: pipe(
          authorize(this.streams, { accountId: by, action: 'legacy-key:regenerate', place, now: context.at }),
          TE.chainFirst((): TE.TaskEither<Failure, unknown> => this.vault.hold(heldAs(digest), secret)),
          TE.map(({ basis }) => ({ command: { type: 'RegenerateLegacyKey' as const, digest, hint }, basis })),
        ),
      }),
      TE.chainFirst(({ state }) => TE.fromTask(() => this.forget(state))),
      TE.flatMap((done) => answered(done, done.changed ? secret : null)),
    )();
  }

  /** The secrets it had before are of no use to anybody. What cannot be dropped now is by the next regeneration. */
  private async forget(state: LegacyKeyState | null): Promise<void> {
    for (const former of state?.former ?? []) {
      const held = await this.vault.recall(heldAs(former))();
      if (E.isRight(held) && O.isSome(held.right)) await this.vault.drop(heldAs(former))();
    }
  }
}

@CommandHandler(RevealLegacyKey)
export class RevealLegacyKeyHandler implements ICommandHandler<RevealLegacyKey> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
  ) {}

  execute({ context, by, organizationId }: RevealLegacyKey): Promise<E.Either<Failure, LegacySecret>> {
    const place = { type: 'organization', id: organizationId } as const;
    return pipe(
      transact(
        this.streams,
        legacyKey,
      )({
        id: organizationId,
        context,
        ready: pipe(
          authorize(this.streams, { accountId: by, action: 'legacy-key:read', place, now: context.at }),
          TE.map(({ basis }) => ({ command: { type: 'RevealLegacyKey' as const }, basis })),
        ),
      }),
      TE.flatMap((done) =>
        pipe(
          done.state === null ? TE.right(O.none) : this.vault.recall(heldAs(done.state.digest)),
          // A vault that was put back to before the key's last secret does not have it.
          TE.filterOrElseW(O.isSome, (): Failure => ({ _tag: 'SecretNotHeld' })),
          TE.flatMap(({ value }) => answered(done, done.changed ? value : null)),
        ),
      ),
    )();
  }
}
