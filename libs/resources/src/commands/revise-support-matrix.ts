import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type CommandContext,
  ready,
  StreamFolds,
  transact,
  type Transacted,
  type TransactFailure,
} from '#libs/event-store';
import type { E } from '#libs/kernel';
import { supportMatrix } from '../domain/support-matrix.decider.js';
import { type SupportRow, THE_TABLE } from '../domain/support-matrix.events.js';

type Answer = E.Either<TransactFailure, Pick<Transacted<unknown>, 'position' | 'changed'>>;

/** RES-02…04, AMB-38: the operator's, the whole table at once. */
export class ReviseSupportMatrix extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly rows: ReadonlyArray<SupportRow>,
  ) {
    super();
  }
}

@CommandHandler(ReviseSupportMatrix)
export class ReviseSupportMatrixHandler implements ICommandHandler<ReviseSupportMatrix> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, rows }: ReviseSupportMatrix): Promise<Answer> {
    const command = { type: 'ReviseSupportMatrix' as const, rows };
    return transact(this.streams, supportMatrix)({ id: THE_TABLE, context, ready: ready(command) })();
  }
}
