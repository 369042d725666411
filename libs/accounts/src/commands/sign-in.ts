import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type CommandContext,
  commandIdFrom,
  foldOfAggregate,
  type Position,
  ready,
  type TransactFailure,
  StreamFolds,
  transact,
} from '#libs/event-store';
import { type AccountId, E, notFound, pipe, TE } from '#libs/kernel';
import { account, type AccountFailure } from '../domain/account.decider.js';
import { identity, type IdentityTaken } from '../domain/email.decider.js';
import type { SignIn as Attempt } from '../domain/sign-in.js';
import { PersonalIndex } from '../personal-index.js';
import { AccountByEmail } from './account-by-email.js';
import { linkIdentity } from './registration.js';

type Failure = AccountFailure | IdentityTaken | TransactFailure;

export interface SignedIn {
  readonly id: AccountId;
  readonly position: Position;
}

/** ACC-03…05: a person comes from a provider. Who they are is found by (provider, subject), and else by their email. */
export class SignIn extends Command<E.Either<Failure, SignedIn>> {
  constructor(
    readonly context: CommandContext,
    readonly person: { readonly provider: string; readonly subject: string; readonly email: string | null },
    /** `token`: its issuer has signed that the email is verified, where there is one. A refused one leaves no trace. */
    readonly by: 'service' | 'token',
    /** Whom the caller may see at all; anybody else is nobody. */
    readonly maySee: (accountId: AccountId) => boolean = () => true,
  ) {
    super();
  }
}

interface Found {
  readonly accountId: AccountId;
  readonly foundBy: 'identity' | 'email';
}

@CommandHandler(SignIn)
export class SignInHandler implements ICommandHandler<SignIn> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly index: PersonalIndex,
    private readonly byEmail: AccountByEmail,
  ) {}

  execute({ context, person, by, maySee }: SignIn): Promise<E.Either<Failure, SignedIn>> {
    const { provider, subject, email } = person;
    const identityId = this.index.identity(provider, subject);
    return pipe(
      this.find(identityId, email),
      TE.filterOrElseW(
        ({ accountId }) => maySee(accountId),
        (): Failure => notFound('account'),
      ),
      TE.flatMap(({ accountId, foundBy }) => {
        const attempt: Attempt = {
          type: 'SignIn',
          provider,
          identity: identityId,
          foundBy,
          vouched: by === 'token',
        };
        return pipe(
          this.admit(accountId, attempt, context),
          TE.orElse((failure) =>
            failure._tag === 'SignInMethodMismatch' && by === 'service'
              ? this.recordRejected(accountId, provider, context, failure)
              : TE.left<Failure, SignedIn>(failure),
          ),
        );
      }),
    )();
  }

  private find(identityId: string, email: string | null): TE.TaskEither<Failure, Found> {
    return pipe(
      this.streams.load(foldOfAggregate(identity), identityId),
      TE.flatMap(({ state }): TE.TaskEither<Failure, Found> => {
        if (state !== null) return TE.right({ accountId: state, foundBy: 'identity' });
        if (email === null) return TE.left(notFound('account'));
        return pipe(
          this.byEmail.find(email),
          TE.flatMap((accountId): TE.TaskEither<Failure, Found> =>
            accountId === null ? TE.left(notFound('account')) : TE.right({ accountId, foundBy: 'email' }),
          ),
        );
      }),
    );
  }

  /** Asked first and linked only then, so that a refused stranger's identity is bound to nobody. */
  private admit(accountId: AccountId, attempt: Attempt, context: CommandContext): TE.TaskEither<Failure, SignedIn> {
    return pipe(
      this.streams.load(foldOfAggregate(account), accountId),
      TE.flatMapEither(({ state }) => account.decide(attempt, state)),
      TE.flatMap((): TE.TaskEither<Failure, unknown> =>
        attempt.foundBy === 'identity'
          ? TE.right(undefined)
          : linkIdentity(this.streams, attempt.identity, { accountId, inPlaceOf: null }, context),
      ),
      TE.flatMap(() => transact(this.streams, account)({ id: accountId, context, ready: ready(attempt) })),
      TE.map(({ position }) => ({ id: accountId, position })),
    );
  }

  private recordRejected(
    accountId: AccountId,
    provider: string,
    context: CommandContext,
    failure: Failure,
  ): TE.TaskEither<Failure, never> {
    return pipe(
      transact(
        this.streams,
        account,
      )({
        id: accountId,
        context: { ...context, commandId: commandIdFrom(context.commandId, 'rejected') },
        ready: ready({ type: 'RejectSignIn' as const, provider }),
      }),
      TE.flatMap(() => TE.left(failure)),
    );
  }
}
