import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, derivedId } from '#libs/event-store';
import { type E, pipe, TE } from '#libs/kernel';
import { PersonalIndex } from '../personal-index.js';
import {
  type AccountMade,
  erasedMeansTaken,
  type Newcomer,
  type RegistrationFailure,
  Registrations,
} from './registration.js';

/** ACC-01…03: a person's account, bound to the provider it is made with. */
export class RegisterAccount extends Command<E.Either<RegistrationFailure, AccountMade>> {
  constructor(
    readonly context: CommandContext,
    readonly person: Newcomer,
  ) {
    super();
  }
}

@CommandHandler(RegisterAccount)
export class RegisterAccountHandler implements ICommandHandler<RegisterAccount> {
  constructor(
    private readonly registrations: Registrations,
    private readonly index: PersonalIndex,
  ) {}

  execute({ context, person }: RegisterAccount): Promise<E.Either<RegistrationFailure, AccountMade>> {
    const accountId = derivedId(context.commandId, 'user');
    const emailId = this.index.email(person.email);
    return pipe(
      this.registrations.firstFree(emailId, accountId, context),
      TE.flatMap(() =>
        pipe(
          this.registrations.of(accountId, person),
          TE.mapLeft((failure): RegistrationFailure => erasedMeansTaken(failure)),
        ),
      ),
      TE.flatMap((registration) => this.registrations.complete(emailId, registration, context)),
    )();
  }
}
