import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type KeyFact, LiveState, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  type Ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type AccountId, type ApiKeyId, type E, pipe, TE, type Timestamp } from '#libs/kernel';
import { asNoKey, inKeysProject } from './in-keys-project.js';
import type { ApiKeyCommand, ApiKeyFailure } from '../domain/api-key.js';
import { apiKey } from '../domain/api-key.decider.js';

type Answer = E.Either<ApiKeyFailure | Refusal | TransactFailure, Pick<Transacted<unknown>, 'position' | 'changed'>>;

/** KEY-19…22, AMB-18: another name, another end, or no end. */
export class UpdateKey extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly id: ApiKeyId,
    readonly change: { readonly name?: string; readonly expiresAt?: Timestamp | null },
  ) {
    super();
  }
}

/** KEY-23, KEY-24: any collaborator may revoke any key of the project, for good. */
export class RevokeKey extends Command<Answer> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly id: ApiKeyId,
  ) {
    super();
  }
}

const ready = (
  streams: StreamFolds,
  change: { readonly by: AccountId; readonly id: ApiKeyId; readonly context: CommandContext },
  action: 'api-key:update' | 'api-key:revoke',
  command: ApiKeyCommand,
): TE.TaskEither<Refusal | TransactFailure, Ready<ApiKeyCommand>> =>
  pipe(
    inKeysProject(streams, change, action),
    TE.map(({ basis }) => ({ command, basis })),
  );

@CommandHandler(UpdateKey)
export class UpdateKeyHandler implements ICommandHandler<UpdateKey> {
  constructor(private readonly streams: StreamFolds) {}

  execute(update: UpdateKey): Promise<Answer> {
    const { context, id, change } = update;
    const command: ApiKeyCommand = { type: 'UpdateKey', ...change, now: context.at };
    return transact(
      this.streams,
      apiKey,
    )({ id, context, ready: ready(this.streams, update, 'api-key:update', command) })();
  }
}

@CommandHandler(RevokeKey)
export class RevokeKeyHandler implements ICommandHandler<RevokeKey> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly live: LiveState,
  ) {}

  execute(revoke: RevokeKey): Promise<Answer> {
    const { context, id } = revoke;
    const legacy = this.live.key(id);
    if (legacy?.legacy === true) return this.refuse(revoke, legacy)();
    return transact(
      this.streams,
      apiKey,
    )({
      id,
      context,
      ready: ready(this.streams, revoke, 'api-key:revoke', { type: 'RevokeKey' }),
    })();
  }

  /** KEY-31, PRM-16: nobody revokes a legacy key. Its owner is told so; to anyone else it is no key (KEY-29, AMB-44). */
  private refuse(
    { by, context }: RevokeKey,
    { organizationId }: KeyFact,
  ): TE.TaskEither<Refusal | TransactFailure, never> {
    const place = { type: 'organization', id: organizationId } as const;
    return pipe(
      authorize(this.streams, { accountId: by, action: 'legacy-key:read', place, now: context.at }),
      TE.mapLeft(asNoKey),
      TE.flatMap(() => TE.left<Refusal | TransactFailure>({ _tag: 'Forbidden', action: 'legacy-key:revoke' })),
    );
  }
}
