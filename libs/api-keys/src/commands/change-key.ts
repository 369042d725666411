import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, readKey, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  type Ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type AccountId, type ApiKeyId, type E, notFound, pipe, TE, type Timestamp } from '#libs/kernel';
import { apiKey, type ApiKeyCommand, type ApiKeyFailure } from '../domain/api-key.decider.js';

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

/**
 * To whoever may not list a project's keys, a key of it is no key (AMB-16); and whoever may list them may change them
 * (PRM-27…30). So there is nobody to be told `forbidden`.
 */
const ready = (
  streams: StreamFolds,
  { by, id, context }: { readonly by: AccountId; readonly id: ApiKeyId; readonly context: CommandContext },
  action: 'api-key:update' | 'api-key:revoke',
  command: ApiKeyCommand,
): TE.TaskEither<Refusal | TransactFailure, Ready<ApiKeyCommand>> =>
  pipe(
    readKey(streams, id),
    TE.flatMap((key) =>
      key === undefined
        ? TE.left<Refusal | TransactFailure, { readonly basis: Ready<unknown>['basis'] }>(notFound('api key'))
        : authorize(streams, { accountId: by, action, place: { type: 'project', id: key.projectId }, now: context.at }),
    ),
    TE.mapLeft((failure) =>
      failure._tag === 'Forbidden' || failure._tag === 'NotFound' ? notFound('api key') : failure,
    ),
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
  constructor(private readonly streams: StreamFolds) {}

  execute(revoke: RevokeKey): Promise<Answer> {
    const { context, id } = revoke;
    return transact(
      this.streams,
      apiKey,
    )({
      id,
      context,
      ready: ready(this.streams, revoke, 'api-key:revoke', { type: 'RevokeKey' }),
    })();
  }
}
