import {
  type CommandContext,
  commandIdFrom,
  foldOfAggregate,
  type Position,
  ready,
  type TransactFailure,
  type StreamFolds,
  transact,
} from '#libs/event-store';
import { type AccountId, type NotFound, pipe, TE } from '#libs/kernel';
import type { SubjectErased, Vault, VaultUnavailable } from '#libs/vault';
import type { Registration } from '../domain/account.js';
import { account, type AccountFailure } from '../domain/account.decider.js';
import { email, type EmailTaken, identity, type IdentityTaken } from '../domain/email.decider.js';
import type { PersonalIndex } from '../personal-index.js';

export type RegistrationFailure =
  EmailTaken | IdentityTaken | NotFound | AccountFailure | VaultUnavailable | TransactFailure;

export interface AccountMade {
  readonly id: AccountId;
  readonly position: Position;
}

/** What someone signs up with. */
export interface Newcomer {
  readonly email: string;
  readonly provider: string;
  readonly subject: string;
  readonly name: string | null;
}

/**
 * The making of an account, which spans three streams: the email is the reservation and carries all that was asked; then
 * the identity at the provider, and the account. Whoever meets an unfinished registration finishes it.
 */
export class Registrations {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
    private readonly index: PersonalIndex,
  ) {}

  /** All that the log may know of a newcomer: what is personal is sealed under a key of their own. */
  of(
    accountId: AccountId,
    { email: address, provider, subject, name }: Newcomer,
    inPlaceOf: AccountId | null = null,
  ): TE.TaskEither<VaultUnavailable | SubjectErased, Registration> {
    return pipe(
      this.vault.seal(accountId, { email: address, name, subject }),
      TE.map((profile) => {
        const identity = this.index.identity(provider, subject);
        return { accountId, identity, provider, profile, inPlaceOf };
      }),
    );
  }

  /** Looked up first, so that a refused sign-up leaves no key in the vault; the reservation is what decides. */
  firstFree(
    emailId: string,
    accountId: AccountId,
    context: CommandContext,
  ): TE.TaskEither<RegistrationFailure, unknown> {
    const free = TE.right<RegistrationFailure, unknown>(undefined);
    return pipe(
      this.streams.load(foldOfAggregate(email), emailId),
      TE.flatMap(({ state }) => {
        if (state === 'tombstoned') return TE.left<RegistrationFailure>({ _tag: 'EmailTaken' });
        if (state === null || state.accountId === accountId) return free;
        return pipe(
          this.finish(emailId, state, { ...context, actor: { type: 'system' } }),
          TE.flatMap(() => TE.left<RegistrationFailure>({ _tag: 'EmailTaken' })),
          // Theirs, not this one's: it came to nothing, and the address is free again.
          TE.orElse((failure) => (failure._tag === 'IdentityTaken' ? free : TE.left(failure))),
        );
      }),
    );
  }

  /** Refused early for somebody else's identity; linking it is what decides. */
  identityFree(
    { provider, subject }: Pick<Newcomer, 'provider' | 'subject'>,
    allowed: ReadonlyArray<AccountId>,
  ): TE.TaskEither<RegistrationFailure, unknown> {
    return pipe(
      this.streams.load(foldOfAggregate(identity), this.index.identity(provider, subject)),
      TE.flatMap(({ state }) =>
        state === null || allowed.includes(state)
          ? TE.right<RegistrationFailure, unknown>(undefined)
          : TE.left<RegistrationFailure>({ _tag: 'IdentityTaken' }),
      ),
    );
  }

  /** Reserves the address and makes the account; the same command again finishes what it began. */
  complete(
    emailId: string,
    registration: Registration,
    context: CommandContext,
  ): TE.TaskEither<RegistrationFailure, AccountMade> {
    const { accountId } = registration;
    return pipe(
      transact(
        this.streams,
        email,
      )({ id: emailId, context, ready: ready({ type: 'ReserveEmail' as const, registration }) }),
      TE.flatMap(({ state }) =>
        state !== null && state !== 'tombstoned' && state.accountId === accountId
          ? this.finish(emailId, state, context)
          : // This same command had the address before, and gave it back: that has one reason.
            pipe(
              this.vault.erase(accountId),
              TE.flatMap(() => TE.left<RegistrationFailure, AccountMade>({ _tag: 'IdentityTaken' })),
            ),
      ),
    );
  }

  private finish(
    emailId: string,
    { accountId, identity: identityId, provider, profile, inPlaceOf }: Registration,
    context: CommandContext,
  ): TE.TaskEither<RegistrationFailure, AccountMade> {
    return pipe(
      linkIdentity(this.streams, identityId, { accountId, inPlaceOf }, context),
      // Somebody else's already: the address is given back, nothing is half done.
      TE.orElse((failure): TE.TaskEither<RegistrationFailure, unknown> =>
        failure._tag === 'IdentityTaken'
          ? this.unlessRegistered(accountId, this.giveBack(emailId, accountId, context, failure))
          : TE.left(failure),
      ),
      TE.flatMap(() =>
        transact(
          this.streams,
          account,
        )({ id: accountId, context, ready: ready({ type: 'RegisterAccount' as const, provider, profile }) }),
      ),
      TE.map(({ position }) => ({ id: accountId, position })),
    );
  }

  /** An account that is there had its identity once, and passed it on to the one in its place: it keeps its address for good (DEL-11). */
  private unlessRegistered(
    accountId: AccountId,
    otherwise: TE.TaskEither<RegistrationFailure, unknown>,
  ): TE.TaskEither<RegistrationFailure, unknown> {
    return pipe(
      this.streams.load(foldOfAggregate(account), accountId),
      TE.flatMap(({ state }) => (state === null ? otherwise : TE.right(undefined))),
    );
  }

  private giveBack(
    emailId: string,
    accountId: AccountId,
    context: CommandContext,
    because: IdentityTaken,
  ): TE.TaskEither<RegistrationFailure, never> {
    return pipe(
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
      TE.flatMap(() => TE.left<RegistrationFailure>(because)),
    );
  }
}

/** This same command came to nothing before, and what it had sealed was erased: that has one reason. */
export const erasedMeansTaken = (failure: VaultUnavailable | SubjectErased): VaultUnavailable | IdentityTaken =>
  failure._tag === 'SubjectErased' ? { _tag: 'IdentityTaken' } : failure;

/** A person at their provider, linked to their account: at a sign-up, and when the first one to sign in is somebody else there. */
export const linkIdentity = (
  streams: StreamFolds,
  id: string,
  whose: Pick<Registration, 'accountId' | 'inPlaceOf'>,
  context: CommandContext,
) => transact(streams, identity)({ id, context, ready: ready({ type: 'LinkIdentity' as const, ...whose }) });
