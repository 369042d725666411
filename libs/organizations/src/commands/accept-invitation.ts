import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { email, holderOf } from '#libs/accounts';
import { readFacts } from '#libs/authorization';
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
import { type AccountId, E, type Forbidden, notFound, type OrganizationId, pipe, TE } from '#libs/kernel';
import { invitation, type InvitationCommand, type InvitationFailure } from '../domain/invitation.decider.js';
import { homeOf, membership, type MembershipFailure } from '../domain/membership.decider.js';
import { InvitationTokens, type Located } from './invitation-tokens.js';
import { type InvitingFailure, takesInvitations } from './invite-member.js';

type AcceptFailure = InvitationFailure | InvitingFailure | MembershipFailure | Forbidden | TransactFailure;

export interface Joined {
  readonly organizationId: OrganizationId;
  readonly position: Position;
}

/** ORG-13…15: by whoever has the token, if the address that was invited is theirs. */
export class AcceptInvitation extends Command<E.Either<AcceptFailure, Joined>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly token: string,
  ) {
    super();
  }
}

/**
 * Spans two streams: the invitation's says who won it, then the membership begins. The second step is named after the
 * invitation, so that it happens once: whoever is removed later cannot come back by the same one.
 */
@CommandHandler(AcceptInvitation)
export class AcceptInvitationHandler implements ICommandHandler<AcceptInvitation> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly tokens: InvitationTokens,
  ) {}

  execute({ context, by, token }: AcceptInvitation): Promise<E.Either<AcceptFailure, Joined>> {
    const located = this.tokens.read(token);
    if (located === undefined) return Promise.resolve(E.left(notFound('invitation')));
    return pipe(
      transact(
        this.streams,
        invitation,
      )({ id: this.tokens.streamOf(located), context, ready: this.mayAccept(located, by, context) }),
      TE.orElse((failure) =>
        failure._tag === 'InvitationNotPending' && failure.invitation === 'accepted'
          ? this.finishLeftover(located, by, context, failure)
          : TE.left<AcceptFailure, unknown>(failure),
      ),
      TE.flatMap(() => this.join(located, by, context)),
    )();
  }

  private mayAccept(located: Located, by: AccountId, context: CommandContext) {
    const { organizationId, invitationId } = located;
    const command = { type: 'AcceptInvitation' as const, ...located, accountId: by, now: context.at };
    return pipe(
      this.streams.load(foldOfAggregate(invitation), this.tokens.streamOf(located)),
      TE.flatMap(({ state }) => this.streams.load(foldOfAggregate(email), state.get(invitationId)?.email ?? '')),
      TE.flatMapEither(({ state }): E.Either<AcceptFailure, undefined> =>
        holderOf(state) === by ? E.right(undefined) : E.left({ _tag: 'Forbidden', action: 'invitation:accept' }),
      ),
      TE.flatMap(() => readFacts(this.streams, { accountIds: [by], organizationId })),
      TE.flatMapEither(
        ({ facts, basis }): E.Either<AcceptFailure, { command: InvitationCommand; basis: typeof basis }> => {
          const takes = takesInvitations(facts.organization(organizationId));
          if (E.isLeft(takes)) return takes;
          const home = facts.membership(by)?.current?.organizationId;
          if (home !== undefined && home !== organizationId) return E.left({ _tag: 'MemberElsewhere' });
          return E.right({ command: { ...command, isMember: home !== undefined }, basis });
        },
      ),
    );
  }

  /** Accepted by them already: a crash may have cut that short, and then it is finished first. */
  private finishLeftover(
    located: Located,
    by: AccountId,
    context: CommandContext,
    refusal: AcceptFailure,
  ): TE.TaskEither<AcceptFailure, never> {
    return pipe(
      this.streams.load(foldOfAggregate(invitation), this.tokens.streamOf(located)),
      TE.flatMap(({ state }): TE.TaskEither<AcceptFailure, unknown> =>
        state.get(located.invitationId)?.acceptedBy === by
          ? this.join(located, by, { ...context, actor: { type: 'system' } })
          : TE.right(undefined),
      ),
      TE.flatMap(() => TE.left(refusal)),
    );
  }

  private join(located: Located, by: AccountId, context: CommandContext): TE.TaskEither<AcceptFailure, Joined> {
    return completeJoin(this.streams, this.tokens, { located, by, context });
  }
}

/** The membership that an accepted invitation begins; or, for whoever came to be at home by another way, the invitation pending again. */
export const completeJoin = (
  streams: StreamFolds,
  tokens: InvitationTokens,
  { located, by, context }: { readonly located: Located; readonly by: AccountId; readonly context: CommandContext },
): TE.TaskEither<AcceptFailure, Joined> => {
  const { organizationId, invitationId } = located;
  const reopen = (failure: AcceptFailure) =>
    pipe(
      transact(
        streams,
        invitation,
      )({
        id: tokens.streamOf(located),
        context: { ...context, commandId: commandIdFrom(context.commandId, 'reopen', invitationId) },
        ready: ready({ type: 'ReopenInvitation' as const, ...located }),
      }),
      TE.flatMap(() => TE.left<AcceptFailure, Joined>(failure)),
    );
  return pipe(
    transact(
      streams,
      membership,
    )({
      id: by,
      // Named after the invitation: whoever has joined by it and left does not come back by it.
      context: { ...context, commandId: commandIdFrom(invitationId, 'join') },
      ready: ready({ type: 'JoinByInvitation' as const, organizationId, invitationId }),
    }),
    TE.flatMapEither(({ state, position }): E.Either<AcceptFailure, Joined> =>
      homeOf(state)?.organizationId === organizationId
        ? E.right({ organizationId, position })
        : E.left({ _tag: 'InvitationNotPending', invitation: 'accepted' }),
    ),
    TE.orElse((failure) =>
      failure._tag === 'MemberElsewhere' || failure._tag === 'AlreadyMember' ? reopen(failure) : TE.left(failure),
    ),
  );
};
