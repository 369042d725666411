import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize } from '#libs/authorization';
import { type CommandContext, foldOfAggregate, StreamFolds, transact } from '#libs/event-store';
import { type AccountId, E, O, type OrganizationId, pipe, TE } from '#libs/kernel';
import { Vault } from '#libs/vault';
import { legacyKey, type LegacyKeyState } from '../domain/legacy-key.decider.js';
import { accepted, answered, type Failure, type LegacySecret } from './legacy-command.js';
import { LegacySecrets } from './legacy-secrets.js';

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
