import {
  type Basis,
  type CommandContext,
  commandIdFrom,
  foldOfAggregate,
  type Position,
  ready,
  type TransactFailure,
  type StreamFolds,
  transact,
} from '#libs/event-store';
import { type AccountId, E, type OrganizationId, pipe, TE } from '#libs/kernel';
import { membership, type MembershipFailure } from '../domain/membership.decider.js';
import { organization, type OrganizationFailure } from '../domain/organization.decider.js';

export type HandoverFailure = MembershipFailure | OrganizationFailure | TransactFailure;

/** Who owns it, who is to, and what says so. */
export interface Handover {
  readonly from: AccountId;
  readonly to: AccountId;
  readonly basis: Basis;
}

export interface OwnershipMoved {
  readonly position: Position;
  /** The new owner had gone meanwhile: the organization is its former owner's again. */
  readonly undone: boolean;
}

/** Another change of owner has come after this one, and has finished it first. */
interface Superseded {
  readonly _tag: 'Superseded';
  readonly position: Position;
}

/**
 * Spans three streams: the organization's own says who owns it, and of two transfers at once lets one be; then the new
 * owner's membership and the former one's. A transfer begins when the one before it is finished, and no step of one is
 * made once another has come after it: so whoever comes late, or comes back after a crash, gives nothing back.
 */
export const handOver = <F>(
  streams: StreamFolds,
  organizationId: OrganizationId,
  context: CommandContext,
  who: TE.TaskEither<F, Handover>,
): TE.TaskEither<F | HandoverFailure, OwnershipMoved> =>
  pipe(
    transact(
      streams,
      organization,
    )({
      id: organizationId,
      context,
      ready: pipe(
        finishHandover(streams, organizationId, { ...context, actor: { type: 'system' } }),
        TE.flatMap((): TE.TaskEither<F | HandoverFailure, Handover> => who),
        TE.map(({ from, to, basis }) => ({ command: { type: 'TransferOwnership' as const, from, to }, basis })),
      ),
    }),
    TE.flatMap(() => finishHandover(streams, organizationId, context)),
  );

/** What is left of the last change of owner. Each step happens at most once, whoever makes it. */
export const finishHandover = (
  streams: StreamFolds,
  organizationId: OrganizationId,
  context: CommandContext,
): TE.TaskEither<HandoverFailure, OwnershipMoved> =>
  pipe(
    streams.load(foldOfAggregate(organization), organizationId),
    TE.flatMap(({ state, position }): TE.TaskEither<HandoverFailure, OwnershipMoved> => {
      const handover = state?.handover ?? null;
      if (state === null || handover === null) return TE.right({ position, undone: false });
      const { n, from } = handover;
      const step = stepOf(streams, organizationId, { n, context });
      return pipe(
        step(state.ownerId, 'ReceiveOwnership'),
        TE.flatMap(() => step(from, 'GiveUpOwnership')),
        TE.map((last) => ({ position: last > position ? last : position, undone: false })),
        TE.orElse((failure): TE.TaskEither<HandoverFailure, OwnershipMoved> => {
          if (failure._tag === 'Superseded') return TE.right({ position: failure.position, undone: false });
          return failure._tag === 'NotFound'
            ? undo(streams, organizationId, { n, from: state.ownerId, to: from, context })
            : TE.left(failure);
        }),
      );
    }),
  );

interface Nth {
  readonly n: number;
  readonly context: CommandContext;
}

const stepOf =
  (streams: StreamFolds, organizationId: OrganizationId, { n, context }: Nth) =>
  (id: AccountId, type: 'ReceiveOwnership' | 'GiveUpOwnership') =>
    pipe(
      transact(
        streams,
        membership,
      )({
        id,
        context: { ...context, commandId: commandIdFrom(organizationId, 'handover', String(n)) },
        // Looked at after the membership was read: a later change of owner that has touched it since is a conflict.
        ready: pipe(
          streams.load(foldOfAggregate(organization), organizationId),
          TE.flatMapEither(({ state, position }) =>
            state?.handover?.n === n
              ? E.right({ command: { type, organizationId }, basis: [] })
              : E.left<Superseded>({ _tag: 'Superseded', position }),
          ),
        ),
      }),
      TE.map(({ position }) => position),
    );

const undo = (
  streams: StreamFolds,
  organizationId: OrganizationId,
  { n, from, to, context }: Nth & Pick<Handover, 'from' | 'to'>,
): TE.TaskEither<HandoverFailure, OwnershipMoved> =>
  pipe(
    transact(
      streams,
      organization,
    )({
      id: organizationId,
      context: { ...context, commandId: commandIdFrom(organizationId, 'handover', String(n), 'undo') },
      ready: ready({ type: 'TransferOwnership' as const, from, to }),
    }),
    TE.map(({ position }) => ({ position, undone: true })),
    // Somebody else's by now.
    TE.orElse((failure) =>
      failure._tag === 'NotTheOwner' ? TE.right({ position: 0n, undone: true }) : TE.left(failure),
    ),
  );
