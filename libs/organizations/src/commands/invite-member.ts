import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountByEmail, PersonalIndex } from '#libs/accounts';
import { authorize, type Refusal } from '#libs/authorization';
import { type CommandContext, type Position, type TransactFailure, StreamFolds, transact } from '#libs/event-store';
import {
  type AccountId,
  E,
  type InvitationId,
  type MembershipMethod,
  millisOf,
  notFound,
  type OrganizationId,
  pipe,
  TE,
  type Timestamp,
  timestampOf,
} from '#libs/kernel';
import { Vault, type VaultUnavailable } from '#libs/vault';
import { invitation, type InvitationCommand, type InvitationFailure } from '../domain/invitation.decider.js';
import { InvitationTokens } from './invitation-tokens.js';

/** How an organization takes its members, where that stands in the way (ORG-07, ORG-09, ORG-10). */
export type InvitingFailure =
  | { readonly _tag: 'MembershipMethod'; readonly method: MembershipMethod }
  | { readonly _tag: 'FeatureOff'; readonly feature: 'invitations' };

type Failure = InvitationFailure | InvitingFailure | Refusal | VaultUnavailable | TransactFailure;

export interface Invited {
  readonly id: InvitationId;
  /** Shown once, to whoever is to pass it on to the invited person. */
  readonly token: string;
  readonly position: Position;
}

/** ORG-13: in ms. */
const WEEK = 7 * 24 * 60 * 60 * 1000;

/** ORG-08…13, AMB-30: an admin invites an address, whoever's it is. */
export class InviteMember extends Command<E.Either<Failure, Invited>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly organizationId: OrganizationId,
    readonly email: string,
  ) {
    super();
  }
}

/** What the organization's own settings say to invitations: asked when one is sent, and again when one is accepted. */
export const takesInvitations = (
  organization: { readonly method: MembershipMethod; readonly invitations: boolean } | undefined,
): E.Either<InvitingFailure, undefined> => {
  if (organization !== undefined && organization.method !== 'invitation')
    return E.left({ _tag: 'MembershipMethod', method: organization.method });
  return organization?.invitations === true
    ? E.right(undefined)
    : E.left({ _tag: 'FeatureOff', feature: 'invitations' });
};

@CommandHandler(InviteMember)
export class InviteMemberHandler implements ICommandHandler<InviteMember> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly vault: Vault,
    private readonly index: PersonalIndex,
    private readonly byEmail: AccountByEmail,
    private readonly tokens: InvitationTokens,
  ) {}

  execute(command: InviteMember): Promise<E.Either<Failure, Invited>> {
    const { context, organizationId, email } = command;
    const invitationId = this.tokens.newId(context, organizationId, email);
    const located = { organizationId, invitationId };
    return pipe(
      transact(
        this.streams,
        invitation,
      )({ id: this.tokens.streamOf(located), context, ready: this.mayInvite(command, invitationId) }),
      TE.map(({ position }) => ({ id: invitationId, token: this.tokens.tokenOf(located), position })),
    )();
  }

  private mayInvite({ context, by, organizationId, email }: InviteMember, invitationId: InvitationId) {
    const expiresAt: Timestamp = timestampOf(millisOf(context.at) + WEEK);
    const place = { type: 'organization' as const, id: organizationId };
    const may = (alsoAbout: ReadonlyArray<AccountId>) =>
      authorize(this.streams, { accountId: by, action: 'member:invite', place, alsoAbout, now: context.at });
    return pipe(
      may([]),
      TE.flatMapEither(({ facts }) => takesInvitations(facts.organization(organizationId))),
      TE.flatMap(() => this.byEmail.find(email)),
      TE.flatMap((accountId) =>
        pipe(
          may(accountId === null ? [] : [accountId]),
          TE.map(({ facts, basis }) => ({
            basis,
            isMember: accountId !== null && facts.membership(accountId)?.current?.organizationId === organizationId,
          })),
        ),
      ),
      TE.bindW('address', () =>
        pipe(
          this.vault.seal(invitationId, { email }),
          // This same command sent it before, and its address was erased since.
          TE.mapLeft((failure) => (failure._tag === 'SubjectErased' ? notFound('invitation') : failure)),
        ),
      ),
      TE.map(({ basis, isMember, address }) => {
        const which = { organizationId, invitationId, email: this.index.email(email), address };
        const command: InvitationCommand = { type: 'InviteMember', ...which, expiresAt, isMember };
        return { command, basis };
      }),
    );
  }
}
