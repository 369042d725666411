import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  account,
  type AccountMade,
  erasedMeansTaken,
  type Newcomer,
  PersonalIndex,
  type Registration,
  type RegistrationFailure,
  Registrations,
} from '#libs/accounts';
import { type CommandContext, derivedId, foldOfAggregate, ready, StreamFolds, transact } from '#libs/event-store';
import { type AccountId, E, notFound, pipe, TE } from '#libs/kernel';
import { Vault } from '#libs/vault';
import { type TakeoverFailure, Takeovers, type Transfer } from './take-over.js';

type Failure = RegistrationFailure | TakeoverFailure;

/** DEL-08…11, the operator's: an email cannot be edited, so a person gets a new account, and the old one is blocked. */
export class TransferAccount extends Command<E.Either<Failure, AccountMade>> {
  constructor(
    readonly context: CommandContext,
    readonly id: AccountId,
    readonly person: Omit<Newcomer, 'name'>,
  ) {
    super();
  }
}

/**
 * The old account's stream is the reservation, and carries all that was asked: of two transfers of one account, one is
 * made. Then the new account, and whatever was the old one's.
 */
@CommandHandler(TransferAccount)
export class TransferAccountHandler implements ICommandHandler<TransferAccount> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
    private readonly index: PersonalIndex,
    private readonly registrations: Registrations,
    private readonly takeovers: Takeovers,
  ) {}

  execute({ context, id: from, person }: TransferAccount): Promise<E.Either<Failure, AccountMade>> {
    const to = derivedId(context.commandId, 'user');
    const emailId = this.index.email(person.email);
    return pipe(
      this.nameOf(from, context),
      TE.chainFirstW(() => this.registrations.firstFree(emailId, to, context)),
      TE.chainFirstW(() => this.registrations.identityFree(person, [from, to])),
      TE.flatMap((name) =>
        pipe(
          this.registrations.of(to, { ...person, name }, from),
          TE.mapLeft((failure): Failure => erasedMeansTaken(failure)),
        ),
      ),
      TE.flatMap((registration) => this.begin(from, emailId, registration, context)),
      TE.flatMap((transfer) => this.takeovers.complete(transfer, context)),
    )();
  }

  private begin(
    from: AccountId,
    emailId: string,
    registration: Registration,
    context: CommandContext,
  ): TE.TaskEither<Failure, Transfer> {
    return pipe(
      transact(
        this.streams,
        account,
      )({
        id: from,
        context,
        ready: ready({ type: 'TransferAccount' as const, email: emailId, registration }),
      }),
      TE.map(() => ({ from, email: emailId, registration })),
      TE.orElse((failure) =>
        failure._tag === 'AccountTransferred' || failure._tag === 'NotFound'
          ? pipe(
              this.vault.erase(registration.accountId),
              TE.flatMap(() => TE.left<Failure, Transfer>(failure)),
            )
          : TE.left<Failure, Transfer>(failure),
      ),
    );
  }

  /** The person is the same one: their name comes along. Refused before anything is sealed for an account that can't be moved. */
  private nameOf(from: AccountId, { commandId }: CommandContext): TE.TaskEither<Failure, string | null> {
    return pipe(
      this.streams.load(foldOfAggregate(account), from),
      TE.flatMap(({ state, commands }) => {
        if (state === null || state.status === 'deleted') return TE.left<Failure>(notFound('account'));
        if (state.transferred !== null && !commands.has(commandId))
          return TE.left<Failure>({ _tag: 'AccountTransferred' });
        return this.vault.open(state.profile);
      }),
      TE.map((opened) => (opened._tag === 'Some' ? (opened.value['name'] ?? null) : null)),
    );
  }
}
