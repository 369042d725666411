import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type Refusal } from '#libs/authorization';
import { type CommandContext, StreamFolds, transact, type TransactFailure, type Transacted } from '#libs/event-store';
import { type AccountId, type E, type InvitationId, type OrganizationId, pipe, TE } from '#libs/kernel';
import { invitation, type InvitationFailure } from '../domain/invitation.decider.js';
import { InvitationTokens } from './invitation-tokens.js';

type Failure = InvitationFailure | Refusal | TransactFailure;

/** PRM-10: what was sent is no good any more. */
export class RevokeInvitation extends Command<E.Either<Failure, Pick<Transacted<unknown>, 'position' | 'changed'>>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly organizationId: OrganizationId,
    readonly id: InvitationId,
  ) {
    super();
  }
}

@CommandHandler(RevokeInvitation)
export class RevokeInvitationHandler implements ICommandHandler<RevokeInvitation> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly tokens: InvitationTokens,
  ) {}

  execute({ context, by, organizationId, id: invitationId }: RevokeInvitation) {
    const which = { organizationId, invitationId };
    const place = { type: 'organization' as const, id: organizationId };
    return transact(
      this.streams,
      invitation,
    )({
      id: this.tokens.streamOf(which),
      context,
      ready: pipe(
        authorize(this.streams, { accountId: by, action: 'member:invite', place, now: context.at }),
        TE.map(({ basis }) => ({ command: { type: 'RevokeInvitation' as const, ...which }, basis })),
      ),
    })();
  }
}
