import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize, type Refusal } from '#libs/authorization';
import {
  type CommandContext,
  derivedId,
  type Position,
  type TransactFailure,
  StreamFolds,
  transact,
} from '#libs/event-store';
import { type AccountId, type ApiKeyId, E, pipe, type ProjectId, TE, type Timestamp } from '#libs/kernel';
import type { ApiKeyFailure } from '../domain/api-key.js';
import { apiKey } from '../domain/api-key.decider.js';
import type { KeyPrefix } from '../domain/key-format.js';
import { type KeyDocument, keyMade } from '../projections/keys-of-project.js';
import { newSecret } from './new-secret.js';

export interface KeyMade {
  readonly id: ApiKeyId;
  readonly position: Position;
  /** Shown once, kept nowhere: null when this same command had made the key before (KEY-16). */
  readonly secret: string | null;
  /** The key as the log tells of it, for whoever must be answered before this node has read that; where there is a secret. */
  readonly key: KeyDocument | null;
}

/** PRM-28, KEY-14: any collaborator of a project makes keys in it. */
export class CreateKey extends Command<E.Either<ApiKeyFailure | Refusal | TransactFailure, KeyMade>> {
  constructor(
    readonly context: CommandContext,
    readonly by: AccountId,
    readonly projectId: ProjectId,
    readonly name: string,
    readonly expiresAt: Timestamp | null,
  ) {
    super();
  }
}

/** `prefix`: what new secrets begin with. Keys made under another stay good. */
export class KeySettings {
  constructor(readonly prefix: KeyPrefix) {}
}

@CommandHandler(CreateKey)
export class CreateKeyHandler implements ICommandHandler<CreateKey> {
  constructor(
    private readonly streams: StreamFolds,
    private readonly settings: KeySettings,
  ) {}

  execute({ context, by, projectId, name, expiresAt }: CreateKey) {
    const id = derivedId(context.commandId, 'key');
    const { secret, digest, hint } = newSecret(this.settings.prefix);
    const now = context.at;
    return pipe(
      transact(
        this.streams,
        apiKey,
      )({
        id,
        context: { ...context, attempt: digest },
        makes: true,
        ready: pipe(
          authorize(this.streams, {
            accountId: by,
            action: 'api-key:create',
            place: { type: 'project', id: projectId },
            now,
          }),
          TE.flatMapEither(({ facts, basis }): E.Either<Refusal, { command: CreateCommand; basis: typeof basis }> => {
            const project = facts.project(projectId);
            if (project === undefined) return E.left({ _tag: 'NotFound', what: 'project' });
            const { organizationId } = project;
            const key = { organizationId, projectId, name, digest, hint, createdBy: by, expiresAt };
            const archived = project.archived !== null;
            return E.right({ command: { type: 'CreateKey', ...key, archived, now }, basis });
          }),
        ),
      }),
      TE.map(({ position, changed, state }): KeyMade => {
        if (!changed || state === null) return { id, position, secret: null, key: null };
        const { organizationId } = state;
        const made = {
          organizationId,
          projectId,
          name,
          hint,
          createdBy: by,
          expiresAt,
          replaces: null,
        };
        return { id, position, secret, key: keyMade(made, { id, at: now, position }) };
      }),
    )();
  }
}

type CreateCommand = Extract<Parameters<typeof apiKey.decide>[0], { type: 'CreateKey' }>;
