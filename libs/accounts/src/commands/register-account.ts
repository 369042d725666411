import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type CommandContext,
  commandIdFrom,
  derivedId,
  foldOfAggregate,
  type Position,
  ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type AccountId, E, type NotFound, pipe, TE } from '#libs/kernel';
import { Vault, type VaultUnavailable } from '#libs/vault';
import { account } from '../domain/account.decider.js';
import { email, type EmailTaken, identity, type IdentityTaken, type Registration } from '../domain/email.decider.js';
import { PersonalIndex } from '../personal-index.js';

type Failure = EmailTaken | IdentityTaken | NotFound | VaultUnavailable | TransactFailure;

export interface AccountMade {
  readonly id: AccountId;
  readonly position: Position;
}

/** ACC-01…03: a person's account, bound to the provider it is made with. */
export class RegisterAccount extends Command<E.Either<Failure, AccountMade>> {
  constructor(
    readonly context: CommandContext,
    readonly person: {
      readonly email: string;
      readonly provider: string;
      readonly subject: string;
      readonly name: string | null;
    },
  ) {
    super();
  }
}

/**
 * Spans three streams: the email is the reservation and carries all that was asked; then the identity at the
 * provider, and the account. Whoever meets an unfinished registration finishes it.
 */
@CommandHandler(RegisterAccount)
export class RegisterAccountHandler implements ICommandHandler<RegisterAccount> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
    private readonly index: PersonalIndex,
  ) {}

  execute({ context, person }: RegisterAccount): Promise<E.Either<Failure, AccountMade>> {
    const accountId = derivedId(context.commandId, 'user');
    const id = this.index.email(person.email);
    const { provider, subject, name } = person;
    return pipe(
      this.firstFree(id, accountId, context),
      TE.flatMap(() => this.vault.seal(accountId, { email: person.email, name, subject })),
      // This same command came to nothing before, and what it had sealed was erased: that has one reason.
      TE.mapLeft((failure): Failure => (failure._tag === 'SubjectErased' ? { _tag: 'IdentityTaken' } : failure)),
      TE.flatMap((profile) => {
        const registration = { accountId, identity: this.index.identity(provider, subject), provider, profile };
        return transact(
          this.streams,
          email,
        )({
          id,
          context,
          ready: ready({ type: 'ReserveEmail' as const, registration }),
        });
      }),
      TE.flatMap(({ state }) =>
        state?.accountId === accountId
          ? this.finish(id, state, context)
          : // This same command had the address before, and gave it back: that has one reason.
            pipe(
              this.vault.erase(accountId),
              TE.flatMap(() => TE.left<Failure, AccountMade>({ _tag: 'IdentityTaken' })),
            ),
      ),
    )();
  }

  /** Looked up first, so that a refused sign-up leaves no key in the vault; the reservation is what decides. */
  private firstFree(id: string, accountId: AccountId, context: CommandContext): TE.TaskEither<Failure, unknown> {
    return pipe(
      this.streams.load(foldOfAggregate(email), id),
      TE.flatMap(({ state }) =>
        state === null || state.accountId === accountId
          ? TE.right<Failure, unknown>(undefined)
          : pipe(
              this.finish(id, state, { ...context, actor: { type: 'system' } }),
              TE.flatMap(() => TE.left<Failure>({ _tag: 'EmailTaken' })),
              // Theirs, not this one's: it came to nothing, and the address is free again.
              TE.orElse((failure) =>
                failure._tag === 'IdentityTaken' ? TE.right<Failure, unknown>(undefined) : TE.left(failure),
              ),
            ),
      ),
    );
  }

  private finish(
    emailId: string,
    { accountId, identity: identityId, provider, profile }: Registration,
    context: CommandContext,
  ): TE.TaskEither<Failure, AccountMade> {
    return pipe(
      transact(
        this.streams,
        identity,
      )({
        id: identityId,
        context,
        ready: ready({ type: 'LinkIdentity' as const, accountId }),
      }),
      // Somebody else's already: the address is given back, nothing is half done.
      TE.orElse((failure): TE.TaskEither<Failure, Transacted<AccountId | null>> =>
        failure._tag === 'IdentityTaken'
          ? pipe(
              transact(
                this.streams,
                email,
              )({
                id: emailId,
                // A command of its own, in the stream where reserving has had its say.
                context: { ...context, commandId: commandIdFrom(context.commandId, 'release', accountId) },
                ready: ready({ type: 'ReleaseEmail' as const, accountId }),
              }),
              // The account will never be: what was sealed for it in the log becomes unreadable.
              TE.flatMap(() => this.vault.erase(accountId)),
              TE.flatMap(() => TE.left<Failure>(failure)),
            )
          : TE.left(failure),
      ),
      TE.flatMap(() =>
        transact(
          this.streams,
          account,
        )({
          id: accountId,
          context,
          ready: ready({ type: 'RegisterAccount' as const, provider, profile }),
        }),
      ),
      TE.map(({ position }) => ({ id: accountId, position })),
    );
  }
}
