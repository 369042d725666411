import { type Position, START, systemContext } from '#libs/event-store';
import { pipe, TE } from '#libs/kernel';
import type { UnfinishedDeletion } from '../queries/unfinished.js';
import type { Deletions } from './deletions.js';
import type { Takeovers, Transfer } from './take-over.js';

type Finished = TE.TaskEither<unknown, { readonly position: Position }>;

export const finishDeletion = (deletions: Deletions, { accountId, email }: UnfinishedDeletion): Finished => {
  const context = systemContext('deletion', accountId);
  return email === null
    ? deletions.delete(accountId, context)
    : deletions.finish(accountId, email, { context, position: START });
};

/**
 * Ends, too: the address went to somebody else; or the new account was deleted, or came to be at home by another way, before
 * everything was its own. Then the old one stays blocked, at home as before, and the operator hands on what it owned.
 */
const ends: ReadonlySet<string> = new Set([
  'EmailTaken',
  'IdentityTaken',
  'NotFound',
  'AlreadyMember',
  'MemberElsewhere',
]);

export const finishTransfer = (takeovers: Takeovers, transfer: Transfer): Finished =>
  pipe(
    takeovers.complete(transfer, systemContext('transfer', transfer.from, transfer.registration.accountId)),
    TE.orElse((failure): Finished => (ends.has(failure._tag) ? TE.right({ position: START }) : TE.left(failure))),
  );
