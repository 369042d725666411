import { type CommandContext, commandIdFrom, type Position, type StreamFolds, START } from '#libs/event-store';
import { pipe, TE, timestampOf } from '#libs/kernel';
import type { UnfinishedHandover, UnfinishedJoin } from '../queries/unfinished.js';
import { completeJoin } from './answer-invitation.js';
import type { InvitationTokens } from './invitation-tokens.js';
import { finishHandover } from './transfer-ownership.js';

/** What the engine itself does to finish what a crash cut short; `of` names what is finished, so that it is done once. */
const asSystem = (...of: ReadonlyArray<string>): CommandContext => ({
  commandId: commandIdFrom('finish', ...of),
  actor: { type: 'system' },
  via: null,
  requestId: `reaction-${of.at(-1) ?? ''}`,
  at: timestampOf(Date.now()),
});

type Finished<F> = TE.TaskEither<F, { readonly position: Position }>;

/** A refusal is an end, too: the person is at home elsewhere, and the invitation is pending again. */
export const finishJoin = (
  streams: StreamFolds,
  tokens: InvitationTokens,
  { accountId, ...located }: UnfinishedJoin,
): Finished<unknown> =>
  pipe(
    completeJoin(streams, tokens, { located, by: accountId, context: asSystem('join', located.invitationId) }),
    TE.orElse((failure) => (isOver(failure) ? TE.right({ position: START }) : TE.left(failure))),
  );

export const finishOwnership = (streams: StreamFolds, handover: UnfinishedHandover): Finished<unknown> => {
  const { organizationId, from, to } = handover;
  return pipe(
    finishHandover(streams, handover, asSystem('handover', from, to, organizationId)),
    TE.orElse((failure) => (isOver(failure) ? TE.right({ position: START }) : TE.left(failure))),
  );
};

const ends: ReadonlySet<string> = new Set([
  'AlreadyMember',
  'InvitationNotPending',
  'MemberElsewhere',
  'NotFound',
  'NotTheOwner',
]);
const isOver = ({ _tag }: { readonly _tag: string }): boolean => ends.has(_tag);
