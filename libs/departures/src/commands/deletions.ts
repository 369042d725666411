import { account, type AccountFailure, email, type EmailTaken, type People } from '#libs/accounts';
import {
  type CommandContext,
  commandIdFrom,
  foldOfAggregate,
  type Position,
  ready,
  type StaleRevision,
  type StreamFolds,
  transact,
  type TransactFailure,
  unavailable,
} from '#libs/event-store';
import { type AccountId, E, notFound, pipe, TE } from '#libs/kernel';
import { type Invitations, membership, type MembershipFailure } from '#libs/organizations';
import type { ReadSide } from '#libs/read-models';
import type { Vault, VaultUnavailable } from '#libs/vault';

export type DeletionFailure = AccountFailure | EmailTaken | MembershipFailure | VaultUnavailable | TransactFailure;

export interface Deleted {
  readonly position: Position;
}

/** How long to wait until this node has seen every invitation that went to the address, in ms. */
const PATIENCE = 5_000;

const behind = unavailable('this node is behind the log');

/**
 * Spans the membership, the account, the vault and the address. The membership goes first, since its stream alone can say
 * that an owner stays (ORG-04); the account's event carries the HMAC of the address, for whoever finishes after a crash;
 * and the address is tombstoned last, so that its event says that all is done.
 */
export class Deletions {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
    private readonly people: People,
    private readonly invitations: Invitations,
    private readonly readSide: ReadSide,
  ) {}

  delete(accountId: AccountId, context: CommandContext): TE.TaskEither<DeletionFailure, Deleted> {
    const { unchangedSince: _, ...unconditionally } = context;
    return pipe(
      this.addressOf(accountId, context),
      TE.tap(() => this.closeHome(accountId, unconditionally)),
      TE.bindTo('emailId'),
      TE.bindW('deleted', ({ emailId }) =>
        transact(
          this.streams,
          account,
        )({
          id: accountId,
          context: unconditionally,
          ready: ready({ type: 'DeleteAccount' as const, email: emailId }),
        }),
      ),
      TE.flatMap(({ emailId, deleted }) =>
        this.finish(accountId, emailId, { context: unconditionally, position: deleted.position }),
      ),
    );
  }

  /** Everything after the account's own event; as often as it takes. */
  finish(
    accountId: AccountId,
    emailId: string,
    { context, position }: { readonly context: CommandContext; readonly position: Position },
  ): TE.TaskEither<DeletionFailure, Deleted> {
    return pipe(
      this.everyInvitationSeen(position),
      TE.flatMap(() => this.deleteFormer(accountId, context)),
      TE.flatMap(() => TE.traverseSeqArray((id: string) => this.vault.erase(id))(this.invitations.sentTo(emailId))),
      TE.flatMap(() => this.vault.erase(accountId)),
      TE.flatMap(() =>
        transact(
          this.streams,
          email,
        )({
          id: emailId,
          context: { ...context, commandId: commandIdFrom(accountId, 'tombstone') },
          ready: ready({ type: 'TombstoneEmail' as const, accountId }),
        }),
      ),
      TE.map((tombstoned) => ({ position: tombstoned.position > position ? tombstoned.position : position })),
    );
  }

  /** Else one would stay readable: it is finished when this node has caught up. */
  private everyInvitationSeen(position: Position): TE.TaskEither<DeletionFailure, unknown> {
    return async () => ((await this.readSide.reached(position, PATIENCE)) ? E.right(undefined) : E.left(behind));
  }

  /** The account that this one replaced is the same person's, and nobody else could ever ask for it. */
  private deleteFormer(accountId: AccountId, context: CommandContext): TE.TaskEither<DeletionFailure, unknown> {
    const done = TE.right<DeletionFailure, unknown>(undefined);
    return pipe(
      this.streams.load(foldOfAggregate(account), accountId),
      TE.flatMap(({ state }) => {
        const former = state?.tookOver ?? null;
        if (former === null) return done;
        return pipe(
          this.delete(former, { ...context, commandId: commandIdFrom(context.commandId, 'former', former) }),
          TE.asUnit,
          // It was deleted before.
          TE.orElse((failure) => (failure._tag === 'NotFound' ? done : TE.left(failure))),
        );
      }),
    );
  }

  /**
   * The HMAC of the person's address: as the log has it, since the vault may have erased them already. Where the vault is away, nothing is
   * begun. And is the account as the caller saw it last?
   */
  private addressOf(accountId: AccountId, { unchangedSince }: CommandContext): TE.TaskEither<DeletionFailure, string> {
    return pipe(
      this.streams.load(foldOfAggregate(account), accountId),
      TE.flatMap(({ state, position }) => {
        if (state === null || state.status === 'deleted') return TE.left<DeletionFailure>(notFound('account'));
        if (unchangedSince?.(position) === false) return TE.left<StaleRevision>({ _tag: 'StaleRevision' });
        return this.vault.erasedAmong([accountId]);
      }),
      // Every account's address was reserved before it.
      TE.flatMapEither(() => E.fromNullable<DeletionFailure>(behind)(this.people.emailIdOf(accountId))),
    );
  }

  /** For good: whatever would begin a membership at this moment is decided on this stream, and so before or after. */
  private closeHome(accountId: AccountId, context: CommandContext): TE.TaskEither<DeletionFailure, unknown> {
    return transact(
      this.streams,
      membership,
    )({ id: accountId, context, ready: ready({ type: 'CloseMembership' as const }) });
  }
}
