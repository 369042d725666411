import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Facts, readFacts } from '#libs/authorization';
import { type CommandContext, StreamFolds } from '#libs/event-store';
import { type AccountId, E, notFound, type OrganizationId, pipe, TE } from '#libs/kernel';
import { type Handover, type HandoverFailure, handOver, type OwnershipMoved } from './hand-over.js';

/** AMB-33, the operator's: to an active member. The former owner stays, as an admin. */
export class TransferOwnership extends Command<E.Either<HandoverFailure, OwnershipMoved>> {
  constructor(
    readonly context: CommandContext,
    readonly organizationId: OrganizationId,
    readonly to: AccountId,
  ) {
    super();
  }
}

@CommandHandler(TransferOwnership)
export class TransferOwnershipHandler implements ICommandHandler<TransferOwnership> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, organizationId, to }: TransferOwnership): Promise<E.Either<HandoverFailure, OwnershipMoved>> {
    return pipe(
      handOver(this.streams, organizationId, context, this.who(organizationId, to)),
      TE.filterOrElseW(
        ({ undone }) => !undone,
        () => notFound('member'),
      ),
    )();
  }

  private who(organizationId: OrganizationId, to: AccountId): TE.TaskEither<HandoverFailure, Handover> {
    return pipe(
      readFacts(this.streams, { accountIds: [to], organizationId }),
      TE.flatMapEither(({ facts, basis }): E.Either<HandoverFailure, Handover> => {
        const from = facts.organization(organizationId)?.ownerId;
        if (from === undefined) return E.left(notFound('organization'));
        return mayOwn(facts, organizationId, to) ? E.right({ from, to, basis }) : E.left(notFound('member'));
      }),
    );
  }
}

const mayOwn = (facts: Facts, organizationId: OrganizationId, accountId: AccountId): boolean =>
  facts.membership(accountId)?.current?.organizationId === organizationId &&
  facts.account(accountId)?.status === 'active';
