import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type Refusal } from '#libs/authorization';
import {
  commandIdFrom,
  type CommandContext,
  type Position,
  ready,
  StreamFolds,
  transact,
  type TransactFailure,
} from '#libs/event-store';
import { type AccountId, type ApiKeyId, E, pipe, type ProjectId, TE } from '#libs/kernel';
import type { ApiKeyFailure } from '../domain/api-key.js';
import { apiKey } from '../domain/api-key.decider.js';
import { inKeysProject } from './in-keys-project.js';

type Failure = ApiKeyFailure | Refusal | TransactFailure;

export interface KeysRevoked {
  readonly revoked: ReadonlyArray<{ readonly id: ApiKeyId; readonly position: Position }>;
  /** The furthest of what was written; where nothing was, of what was read. */
  readonly position: Position;
}

/** How the keys were found. */
interface Found {
  /** The position of the state that said which they are. */
  readonly readAt: Position;
  /** All of this project: then whoever may not revoke there is refused, also where it has no key. */
  readonly inProject: ProjectId | null;
}

/** KEY-23, AMB-16: many at once. What was revoked meanwhile is told with the position at which that was. */
export class RevokeKeys extends Command<E.Either<Failure, KeysRevoked>> {
  constructor(
    readonly context: CommandContext,
    /** Whose right to revoke each of them is asked for; null for the operator's own. */
    readonly by: AccountId | null,
    readonly ids: ReadonlyArray<ApiKeyId>,
    readonly found: Found,
  ) {
    super();
  }
}

/** How many are asked for at once: enough that they share their flushes to the disk. */
const ABREAST = 32;

@CommandHandler(RevokeKeys)
export class RevokeKeysHandler implements ICommandHandler<RevokeKeys> {
  constructor(private readonly streams: StreamFolds) {}

  async execute(command: RevokeKeys): Promise<E.Either<Failure, KeysRevoked>> {
    const { ids, by, found, context } = command;
    const { inProject } = found;
    let position = found.readAt;
    if (by !== null && inProject !== null) {
      const place = { type: 'project', id: inProject } as const;
      const may = await authorize(this.streams, { accountId: by, action: 'api-key:revoke', place, now: context.at })();
      if (E.isLeft(may)) return may;
    }
    const revoked: Array<{ readonly id: ApiKeyId; readonly position: Position }> = [];
    for (let n = 0; n < ids.length; n += ABREAST) {
      const some = await Promise.all(ids.slice(n, n + ABREAST).map((id) => this.revoke(command, id)));
      for (const [index, done] of some.entries()) {
        if (E.isLeft(done)) {
          // Somebody else's, or gone from where they could see it: not among those that were meant.
          if (done.left._tag === 'NotFound') continue;
          return done;
        }
        const id = ids[n + index];
        if (id !== undefined) revoked.push({ id, position: done.right });
        if (done.right > position) position = done.right;
      }
    }
    return E.right({ revoked, position });
  }

  /** Each is a command of its own that follows from the whole one: sent again, it is done once. */
  private revoke({ context, by }: RevokeKeys, id: ApiKeyId): Promise<E.Either<Failure, Position>> {
    // An `If-Match` is about one thing.
    const { unchangedSince: _, ...unconditionally } = context;
    const own: CommandContext = { ...unconditionally, commandId: commandIdFrom('revoke', context.commandId, id) };
    const command = { type: 'RevokeKey' } as const;
    return pipe(
      transact(
        this.streams,
        apiKey,
      )({
        id,
        context: own,
        ready:
          by === null
            ? ready(command)
            : pipe(
                inKeysProject(this.streams, { by, id, context }, 'api-key:revoke'),
                TE.map(({ basis }) => ({ command, basis })),
              ),
      }),
      TE.map(({ position }) => position),
    )();
  }
}
