import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorizeAll, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  type Ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type AccountId, type E, type OrganizationId, pipe, type Privacy, TE } from '#libs/kernel';
import { organization, type OrganizationCommand, type OrganizationFailure } from '../domain/organization.decider.js';

type Answer = E.Either<
  Refusal | OrganizationFailure | TransactFailure,
  Pick<Transacted<unknown>, 'position' | 'changed'>
>;

/** What the operator does to an organization: switches, method, suspension (PRJ-10, COL-16, ORG-07, LIM-08). */
export class OperateOrganization extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly id: OrganizationId,
    readonly operation: Exclude<
      OrganizationCommand,
      { type: 'CreateOrganization' | 'UpdateOrganization' | 'TransferOwnership' }
    >,
  ) {
    super();
  }
}

/** PRM-02, PRM-03: each setting asks for its own action; asking for nothing asks for the plainest. */
export class UpdateOrganization extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly id: OrganizationId,
    readonly change: { readonly name?: string; readonly privacy?: Partial<Privacy> },
  ) {
    super();
  }
}

@CommandHandler(OperateOrganization)
export class OperateOrganizationHandler implements ICommandHandler<OperateOrganization> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, id, operation }: OperateOrganization): Promise<Answer> {
    const ready: Ready<OrganizationCommand> = { command: operation, basis: [] };
    return transact(this.streams, organization)({ id, context, ready: TE.right(ready) })();
  }
}

@CommandHandler(UpdateOrganization)
export class UpdateOrganizationHandler implements ICommandHandler<UpdateOrganization> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, by, id, change }: UpdateOrganization): Promise<Answer> {
    const place = { type: 'organization' as const, id };
    const privacy = change.privacy === undefined ? [] : ['privacy:update'];
    const actions = change.name === undefined && privacy.length > 0 ? privacy : ['organization:update', ...privacy];
    return transact(
      this.streams,
      organization,
    )({
      id,
      context,
      ready: pipe(
        authorizeAll(this.streams, actions, { accountId: by, place, now: context.at }),
        TE.map(({ basis }): Ready<OrganizationCommand> => ({
          command: { type: 'UpdateOrganization', ...change },
          basis,
        })),
      ),
    })();
  }
}
