import { type Position, START, type StreamFolds, systemContext } from '#libs/event-store';
import { pipe, TE } from '#libs/kernel';
import type { UnfinishedFounding, UnfinishedHandover, UnfinishedJoin } from '../queries/unfinished.js';
import { completeJoin } from './accept-invitation.js';
import { finishFounding } from './create-organization.js';
import type { InvitationTokens } from './invitation-tokens.js';
import { finishHandover } from './hand-over.js';

type Finished<F> = TE.TaskEither<F, { readonly position: Position }>;

export const finishOrganization = (
  streams: StreamFolds,
  { ownerId, founding }: UnfinishedFounding,
): Finished<unknown> => finishFounding(streams, ownerId, founding, systemContext('founding', founding.organizationId));

/** A refusal is an end, too: the person is at home elsewhere, and the invitation is pending again. */
export const finishJoin = (
  streams: StreamFolds,
  tokens: InvitationTokens,
  { accountId, ...located }: UnfinishedJoin,
): Finished<unknown> =>
  pipe(
    completeJoin(streams, tokens, { located, by: accountId, context: systemContext('join', located.invitationId) }),
    TE.orElse((failure) => (isOver(failure) ? TE.right({ position: START }) : TE.left(failure))),
  );

export const finishOwnership = (streams: StreamFolds, { organizationId }: UnfinishedHandover): Finished<unknown> =>
  finishHandover(streams, organizationId, systemContext('handover', organizationId));

const ends: ReadonlySet<string> = new Set(['AlreadyMember', 'InvitationNotPending', 'MemberElsewhere', 'NotFound']);
const isOver = ({ _tag }: { readonly _tag: string }): boolean => ends.has(_tag);
