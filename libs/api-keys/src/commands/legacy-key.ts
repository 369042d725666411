import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, readFacts } from '#libs/authorization';
import { type CommandContext, derivedId, StreamFolds, transact } from '#libs/event-store';
import { type AccountId, E, notFound, type OrganizationId, pipe, TE } from '#libs/kernel';
import { Vault } from '#libs/vault';
import { legacyKey } from '../domain/legacy-key.decider.js';
import { KeySettings } from './create-key.js';
import { accepted, answered, type Failure, type LegacySecret } from './legacy-command.js';
import { LegacySecrets } from './legacy-secrets.js';
import { newSecret } from './new-secret.js';

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
    const { secret, digest, hint } = newSecret(this.settings.prefix);
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
    const { secret, digest, hint } = newSecret(this.settings.prefix);
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
