import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type CommandContext,
  ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import type { AccountId, E } from '#libs/kernel';
import { account, type AccountFailure } from '../domain/account.decider.js';

/** The operator's: a blocked person is denied at once, everywhere, and keeps everything (DEL-11). */
export class BlockAccount extends Command<
  E.Either<AccountFailure | TransactFailure, Pick<Transacted<unknown>, 'position' | 'changed'>>
> {
  constructor(
    readonly context: CommandContext,
    readonly id: AccountId,
    readonly blocked: boolean,
  ) {
    super();
  }
}

@CommandHandler(BlockAccount)
export class BlockAccountHandler implements ICommandHandler<BlockAccount> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, id, blocked }: BlockAccount) {
    const type = blocked ? ('BlockAccount' as const) : ('UnblockAccount' as const);
    return transact(this.streams, account)({ id, context, ready: ready({ type }) })();
  }
}
