import { type CommandContext, commandIdFrom, type Position, START } from '#libs/event-store';
import { pipe, TE, timestampOf } from '#libs/kernel';
import type { UnfinishedDeletion } from '../queries/unfinished.js';
import type { Deletions } from './deletions.js';
import type { Takeovers, Transfer } from './take-over.js';

/** What the engine itself does to finish what a crash cut short; `of` names what is finished, so that it is done once. */
const asSystem = (...of: ReadonlyArray<string>): CommandContext => ({
  commandId: commandIdFrom('finish', ...of),
  actor: { type: 'system' },
  via: null,
  requestId: `reaction-${of.at(-1) ?? ''}`,
  at: timestampOf(Date.now()),
});

type Finished = TE.TaskEither<unknown, { readonly position: Position }>;

export const finishDeletion = (deletions: Deletions, { accountId, email }: UnfinishedDeletion): Finished => {
  const context = asSystem('deletion', accountId);
  return email === null
    ? deletions.delete(accountId, context)
    : deletions.finish(accountId, email, { context, position: START });
};

/** Undone is an end, too: the address went to somebody else. */
export const finishTransfer = (takeovers: Takeovers, transfer: Transfer): Finished =>
  pipe(
    takeovers.complete(transfer, asSystem('transfer', transfer.from, transfer.registration.accountId)),
    TE.orElse((failure): Finished =>
      failure._tag === 'EmailTaken' || failure._tag === 'IdentityTaken'
        ? TE.right({ position: START })
        : TE.left(failure),
    ),
  );
