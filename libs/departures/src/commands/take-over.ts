import {
  account,
  type AccountFailure,
  type AccountMade,
  type Registration,
  type RegistrationFailure,
  type Registrations,
} from '#libs/accounts';
import {
  type CommandContext,
  commandIdFrom,
  foldOfAggregate,
  ready,
  type StreamFolds,
  transact,
  type TransactFailure,
} from '#libs/event-store';
import { type AccountId, pipe, TE } from '#libs/kernel';
import { handOver, type HandoverFailure, homeOf, membership } from '#libs/organizations';
import { type CollaboratorFailure, type EndedRows, takeOverRow } from '#libs/projects';
import type { CorruptBox, Vault } from '#libs/vault';

export type TakeoverFailure =
  AccountFailure | RegistrationFailure | HandoverFailure | CollaboratorFailure | CorruptBox | TransactFailure;

/** An old account, and the registration of the one in its place; `email` is the HMAC of the new address. */
export interface Transfer {
  readonly from: AccountId;
  readonly email: string;
  readonly registration: Registration;
}

type Step = TE.TaskEither<TakeoverFailure, unknown>;

/** What follows when an account was transferred. Each step happens at most once, whoever meets it unfinished. */
export class Takeovers {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
    private readonly registrations: Registrations,
    private readonly rows: EndedRows,
  ) {}

  /** The new account begins, then takes over the home, the rows and the ownership, before the old one lets go of its home. */
  complete(transfer: Transfer, context: CommandContext): TE.TaskEither<TakeoverFailure, AccountMade> {
    const { from, email, registration } = transfer;
    const { accountId: to } = registration;
    return pipe(
      this.registrations.complete(email, registration, context),
      TE.orElse((failure) =>
        failure._tag === 'EmailTaken' || failure._tag === 'IdentityTaken'
          ? this.undo(transfer, context, failure)
          : TE.left<TakeoverFailure, AccountMade>(failure),
      ),
      TE.flatMap(() => this.streams.load(foldOfAggregate(membership), from)),
      TE.flatMap(({ state }): Step => {
        const rows = TE.traverseSeqArray((projectId: Parameters<typeof takeOverRow>[1]['projectId']) =>
          takeOverRow(this.streams, { projectId, from, to }, context),
        )(this.rows.projectsOf(from));
        const home = homeOf(state);
        if (home === null) return rows;
        const { organizationId, role } = home;
        return pipe(
          this.step(
            membership,
            to,
            // An owner's is an admin's until the organization's own stream says that it is theirs.
            { type: 'TakeOverMembership', organizationId, role: role === 'owner' ? 'admin' : role, from },
            // Named after what it does: whoever finishes it is the same command.
            { ...context, commandId: commandIdFrom(from, 'home taken over', to) },
          ),
          TE.flatMap(() => rows),
          TE.flatMap(() =>
            role === 'owner'
              ? handOver(this.streams, organizationId, context, TE.right({ from, to, basis: [] }))
              : TE.right(undefined),
          ),
          // The operator has made it somebody else's meanwhile.
          TE.orElse((failure): Step => (failure._tag === 'NotTheOwner' ? TE.right(undefined) : TE.left(failure))),
          TE.flatMap(() => this.step(membership, from, { type: 'PassOnMembership', to }, context)),
        );
      }),
      TE.flatMap(() =>
        transact(
          this.streams,
          account,
        )({
          id: to,
          context: { ...context, commandId: commandIdFrom(from, 'taken over', to) },
          ready: ready({ type: 'TakeOverAccount' as const, from }),
        }),
      ),
      TE.map(({ position }) => ({ id: to, position })),
    );
  }

  private step<C, S, Ev extends { readonly type: string }, F extends TakeoverFailure>(
    aggregate: Parameters<typeof transact<C, S, Ev, F>>[1],
    id: string,
    command: C,
    context: CommandContext,
  ): Step {
    return transact(this.streams, aggregate)({ id, context, ready: ready(command) });
  }

  /** The new address went to somebody else meanwhile: the old account is as it was. */
  private undo(
    { from, registration: { accountId: to } }: Transfer,
    context: CommandContext,
    failure: TakeoverFailure,
  ): TE.TaskEither<TakeoverFailure, never> {
    return pipe(
      transact(
        this.streams,
        account,
      )({
        id: from,
        context: { ...context, commandId: commandIdFrom(from, 'not taken over', to) },
        ready: ready({ type: 'UndoTransfer' as const, to }),
      }),
      TE.flatMap(() => this.vault.erase(to)),
      TE.flatMap(() => TE.left(failure)),
    );
  }
}
