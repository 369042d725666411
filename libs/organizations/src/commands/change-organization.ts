import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  type Ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type AccountId, type E, type NotFound, type OrganizationId, pipe, TE } from '#libs/kernel';
import { organization, type OrganizationCommand } from '../domain/organization.decider.js';

type Answer = E.Either<Refusal | NotFound | TransactFailure, Pick<Transacted<unknown>, 'position' | 'changed'>>;

/** What the operator does to an organization: switches, method, suspension (PRJ-10, COL-16, ORG-07, LIM-08). */
export class OperateOrganization extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly id: OrganizationId,
    readonly operation: Exclude<OrganizationCommand, { type: 'CreateOrganization' | 'RenameOrganization' }>,
  ) {
    super();
  }
}

/** PRM-02. */
export class RenameOrganization extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly id: OrganizationId,
    readonly name: string,
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

@CommandHandler(RenameOrganization)
export class RenameOrganizationHandler implements ICommandHandler<RenameOrganization> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, by, id, name }: RenameOrganization): Promise<Answer> {
    const place = { type: 'organization' as const, id };
    return transact(
      this.streams,
      organization,
    )({
      id,
      context,
      ready: pipe(
        authorize(this.streams, { accountId: by, action: 'organization:update', place, now: context.at }),
        TE.map(({ basis }): Ready<OrganizationCommand> => ({ command: { type: 'RenameOrganization', name }, basis })),
      ),
    })();
  }
}
