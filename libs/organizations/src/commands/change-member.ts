import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, readFacts, type Refusal, type StreamFacts } from '#libs/authorization';
import { type CommandContext, type TransactFailure, StreamFolds, transact, type Transacted } from '#libs/event-store';
import { type AccountId, E, notFound, type OrganizationId, pipe, type Role, TE } from '#libs/kernel';
import { membership, type MembershipCommand, type MembershipFailure } from '../domain/membership.decider.js';

type Failure = MembershipFailure | Refusal | TransactFailure;
type Answer = E.Either<Failure, Pick<Transacted<unknown>, 'position' | 'changed'>>;

/** ORG-07, ORG-26: the identity provider brings people in, where the organization takes its members that way. */
export class ProvisionMember extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly organizationId: OrganizationId,
    readonly accountId: AccountId,
  ) {
    super();
  }
}

/** ORG-22. */
export class ChangeMemberRole extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly organizationId: OrganizationId,
    readonly accountId: AccountId,
    readonly role: Role,
  ) {
    super();
  }
}

/** ORG-17…21: by an admin; or, with `by` null, by the identity provider, under `sso` (ORG-27). */
export class RemoveMember extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId | null,
    readonly organizationId: OrganizationId,
    readonly accountId: AccountId,
  ) {
    super();
  }
}

interface Change {
  readonly context: CommandContext;
  readonly organizationId: OrganizationId;
  readonly accountId: AccountId;
}

/** The organization as the provisioning service sees it; nobody's permission is asked, its method is. */
const asIdentity = (streams: StreamFolds, { organizationId, accountId }: Change) =>
  pipe(
    readFacts(streams, { accountIds: [accountId], organizationId }),
    TE.flatMapEither((found) => {
      const organization = found.facts.organization(organizationId);
      return organization === undefined
        ? E.left<Failure>(notFound('organization'))
        : E.right({ ...found, method: organization.method });
    }),
  );

const asAdmin = (streams: StreamFolds, by: AccountId, action: string, { context, organizationId }: Change) =>
  authorize(streams, {
    accountId: by,
    action,
    place: { type: 'organization', id: organizationId },
    now: context.at,
  });

const change = (
  streams: StreamFolds,
  { context, accountId }: Change,
  allowed: TE.TaskEither<Failure, Pick<StreamFacts, 'basis'> & { readonly command: MembershipCommand }>,
): Promise<Answer> => transact(streams, membership)({ id: accountId, context, ready: allowed })();

@CommandHandler(ProvisionMember)
export class ProvisionMemberHandler implements ICommandHandler<ProvisionMember> {
  constructor(private readonly streams: StreamFolds) {}

  execute(provision: ProvisionMember): Promise<Answer> {
    const { organizationId, accountId } = provision;
    return change(
      this.streams,
      provision,
      pipe(
        asIdentity(this.streams, provision),
        TE.flatMapEither(({ facts, basis, method }) =>
          // The method is asked about first: under the other one it does not matter who it is.
          method === 'sso' && facts.account(accountId)?.status !== 'active'
            ? E.left<Failure>(notFound('account'))
            : E.right({ command: { type: 'ProvisionMember' as const, organizationId, method }, basis }),
        ),
      ),
    );
  }
}

@CommandHandler(ChangeMemberRole)
export class ChangeMemberRoleHandler implements ICommandHandler<ChangeMemberRole> {
  constructor(private readonly streams: StreamFolds) {}

  execute(command: ChangeMemberRole): Promise<Answer> {
    const { by, organizationId, role } = command;
    return change(
      this.streams,
      command,
      pipe(
        asAdmin(this.streams, by, 'member:update-role', command),
        TE.map(({ basis }) => ({ command: { type: 'ChangeMemberRole', organizationId, role }, basis })),
      ),
    );
  }
}

@CommandHandler(RemoveMember)
export class RemoveMemberHandler implements ICommandHandler<RemoveMember> {
  constructor(private readonly streams: StreamFolds) {}

  execute(command: RemoveMember): Promise<Answer> {
    const { by, organizationId } = command;
    const because = by === null ? 'deprovisioned' : 'removed';
    const allowed: TE.TaskEither<Failure, Pick<StreamFacts, 'basis'>> = by === null
      ? pipe(
          asIdentity(this.streams, command),
          TE.flatMapEither((found) =>
            found.method === 'sso'
              ? E.right(found)
              : E.left<Failure>({ _tag: 'MembershipMethod', method: found.method }),
          ),
        )
      : asAdmin(this.streams, by, 'member:remove', command);
    return change(
      this.streams,
      command,
      pipe(
        allowed,
        TE.map(({ basis }) => ({ command: { type: 'RemoveMember', organizationId, because }, basis })),
      ),
    );
  }
}
