import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Refusal } from '#libs/authorization';
import {
  type CommandContext,
  derivedId,
  type Position,
  ready,
  StreamFolds,
  systemContext,
  type TransactFailure,
  transact,
} from '#libs/event-store';
import {
  type AccountId,
  type ApiKeyId,
  type E,
  millisOf,
  notFound,
  pipe,
  TE,
  type Timestamp,
  timestampOf,
} from '#libs/kernel';
import type { ApiKeyCommand, ApiKeyFailure } from '../domain/api-key.js';
import { apiKey, type Replaced } from '../domain/api-key.decider.js';
import { keyMade } from '../projections/keys-of-project.js';
import type { UnfinishedRotation } from '../queries/unfinished.js';
import { KeySettings, type KeyMade } from './create-key.js';
import { inKeysProject } from './in-keys-project.js';
import { newSecret } from './new-secret.js';

type Failure = ApiKeyFailure | Refusal | TransactFailure;

/** Beyond KEY-25: another key in this one's place, which ends when the overlap is over and never later than it would have. */
export class RotateKey extends Command<E.Either<Failure, KeyMade>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly id: ApiKeyId,
    readonly overlapSeconds: number,
  ) {
    super();
  }
}

/**
 * What decides is one event of the old key, which says all about the new one. So of the two keys never both stay and never none does:
 * a crash between the two leaves the new one to be made from what that event says.
 */
@CommandHandler(RotateKey)
export class RotateKeyHandler implements ICommandHandler<RotateKey> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly settings: KeySettings,
  ) {}

  execute({ context, by, id, overlapSeconds }: RotateKey): Promise<E.Either<Failure, KeyMade>> {
    const { secret, digest, hint } = newSecret(this.settings.prefix);
    const now = context.at;
    const endsAt = timestampOf(millisOf(now) + overlapSeconds * 1_000);
    const replacedBy = derivedId(context.commandId, 'key');
    const replacement = { replacedBy, digest, hint, createdBy: by };
    return pipe(
      transact(
        this.streams,
        apiKey,
      )({
        id,
        context: { ...context, attempt: digest },
        ready: pipe(
          inKeysProject(this.streams, { by, id, context }, 'api-key:create'),
          TE.map(({ project, basis }) => {
            const archived = project.archived !== null;
            const command: ApiKeyCommand = { type: 'RotateKey', ...replacement, endsAt, archived, now };
            return { command, basis };
          }),
        ),
      }),
      TE.flatMap(({ state, changed, position }) => {
        if (state?.replaced == null) return TE.left<Failure>(notFound('api key'));
        const { replaced } = state;
        const made = (at: Position): KeyMade => ({
          id: replacedBy,
          position: at,
          secret: changed ? secret : null,
          key: changed ? successor({ id, replaced }, { at: now, position: at }) : null,
        });
        return pipe(
          succeed(this.streams, { id, replaced }, context),
          TE.map((done) => made(done.position)),
          // What decides is written, and the reaction does the rest. A refusal would lose the secret, with the old key ended.
          TE.orElse((failure) => (changed ? TE.right(made(position)) : TE.left<Failure>(failure))),
        );
      }),
    )();
  }
}

const successor = (
  { id: replaces, replaced: { organizationId, projectId, replacedBy: id, replacement } }: UnfinishedRotation,
  when: { readonly at: Timestamp; readonly position: Position },
) => keyMade({ organizationId, projectId, replaces, ...replacement }, { id, ...when });

/** The second step: the key that a rotation's event tells of. Done at most once, whoever does it. */
const succeed = (
  streams: StreamFolds,
  { id, replaced }: { readonly id: ApiKeyId; readonly replaced: Replaced },
  context: CommandContext,
): TE.TaskEither<ApiKeyFailure | TransactFailure, { readonly position: Position }> => {
  const { organizationId, projectId, replacedBy, replacement } = replaced;
  // An `If-Match` is about the key that is replaced, and was looked at there.
  const { unchangedSince: _, ...unconditionally } = context;
  return transact(
    streams,
    apiKey,
  )({
    id: replacedBy,
    context: unconditionally,
    ready: ready({ type: 'SucceedKey' as const, organizationId, projectId, replaces: id, ...replacement }),
  });
};

export const finishRotation = (streams: StreamFolds, { id, replaced }: UnfinishedRotation) =>
  succeed(streams, { id, replaced }, systemContext('rotation', replaced.replacedBy));
