import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Facts, readFacts } from '#libs/authorization';
import {
  type CommandContext,
  commandIdFrom,
  type Position,
  ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type AccountId, E, notFound, type OrganizationId, pipe, TE } from '#libs/kernel';
import { membership, type MembershipFailure } from '../domain/membership.decider.js';
import { organization, type OrganizationFailure } from '../domain/organization.decider.js';

type Failure = MembershipFailure | OrganizationFailure | TransactFailure;

export interface OwnershipMoved {
  readonly position: Position;
}

/** AMB-33, the operator's: to an active member. The former owner stays, as an admin. */
export class TransferOwnership extends Command<E.Either<Failure, OwnershipMoved>> {
  constructor(
    readonly context: CommandContext,
    readonly organizationId: OrganizationId,
    readonly to: AccountId,
  ) {
    super();
  }
}

/** Who owns it, and who is to. */
export interface Handover {
  readonly organizationId: OrganizationId;
  readonly from: AccountId;
  readonly to: AccountId;
}

/**
 * Spans three streams: the organization's own says who owns it, and of two transfers at once lets one be; then the new
 * owner's membership and the former one's. Whoever meets an unfinished one finishes it.
 */
@CommandHandler(TransferOwnership)
export class TransferOwnershipHandler implements ICommandHandler<TransferOwnership> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, organizationId, to }: TransferOwnership): Promise<E.Either<Failure, OwnershipMoved>> {
    return pipe(
      readFacts(this.streams, { accountIds: [to], organizationId }),
      TE.flatMapEither(({ facts, basis }) => {
        const from = facts.organization(organizationId)?.ownerId;
        if (from === undefined) return E.left<Failure>(notFound('organization'));
        return mayOwn(facts, organizationId, to)
          ? E.right({ basis, handover: { organizationId, from, to } })
          : E.left<Failure>(notFound('member'));
      }),
      TE.flatMap(({ basis, handover: { from } }) =>
        pipe(
          transact(
            this.streams,
            organization,
          )({ id: organizationId, context, ready: ready({ type: 'TransferOwnership' as const, from, to }, basis) }),
          TE.flatMap(({ changed, position }) =>
            changed ? finishHandover(this.streams, { organizationId, from, to }, context) : TE.right({ position }),
          ),
        ),
      ),
    )();
  }
}

const mayOwn = (facts: Facts, organizationId: OrganizationId, accountId: AccountId): boolean =>
  facts.membership(accountId)?.current?.organizationId === organizationId &&
  facts.account(accountId)?.status === 'active';

/** Each step happens at most once. If the new owner has gone meanwhile, the organization is its former owner's again. */
export const finishHandover = (
  streams: StreamFolds,
  { organizationId, from, to }: Handover,
  context: CommandContext,
): TE.TaskEither<Failure, OwnershipMoved> => {
  const member = (id: AccountId, type: 'ReceiveOwnership' | 'GiveUpOwnership') =>
    transact(streams, membership)({ id, context, ready: ready({ type, organizationId }) });
  return pipe(
    member(to, 'ReceiveOwnership'),
    TE.orElse((failure): TE.TaskEither<Failure, Transacted<unknown>> =>
      failure._tag === 'NotFound'
        ? pipe(
            transact(
              streams,
              organization,
            )({
              id: organizationId,
              context: { ...context, commandId: commandIdFrom(context.commandId, 'undo') },
              ready: ready({ type: 'TransferOwnership' as const, from: to, to: from }),
            }),
            TE.flatMap(() => TE.left<Failure>(failure)),
          )
        : TE.left<Failure>(failure),
    ),
    TE.flatMap(() => member(from, 'GiveUpOwnership')),
    TE.map(({ position }) => ({ position })),
  );
};
