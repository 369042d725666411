import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#libs/event-store';
import type { AccountId, E } from '#libs/kernel';
import { type Deleted, type DeletionFailure, Deletions } from './deletions.js';

/** DEL-01…07: a person leaves for good. What is personal about them is erased; what they made stays. */
export class DeleteAccount extends Command<E.Either<DeletionFailure, Deleted>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
  ) {
    super();
  }
}

@CommandHandler(DeleteAccount)
export class DeleteAccountHandler implements ICommandHandler<DeleteAccount> {
  constructor(private readonly deletions: Deletions) {}

  execute({ context, by }: DeleteAccount): Promise<E.Either<DeletionFailure, Deleted>> {
    return this.deletions.delete(by, context)();
  }
}
