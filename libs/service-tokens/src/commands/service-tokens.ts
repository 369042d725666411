import { hash, randomBytes } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  type CommandContext,
  derivedId,
  type Position,
  ready,
  type TransactFailure,
  StreamFolds,
  transact,
  type Transacted,
} from '#libs/event-store';
import { type Digest, type E, type OrganizationId, pipe, type ServiceTokenId, TE, type Timestamp } from '#libs/kernel';
import { serviceToken, type ServiceTokenFailure } from '../domain/service-token.decider.js';
import type { Scope } from '../domain/service-token.events.js';

type Failure = ServiceTokenFailure | TransactFailure;

export interface ServiceTokenMade {
  readonly id: ServiceTokenId;
  readonly position: Position;
  /** Shown once, kept nowhere: null when this same command had made the token before. */
  readonly token: string | null;
}

/** The operator's. */
export class CreateServiceToken extends Command<E.Either<Failure, ServiceTokenMade>> {
  constructor(
    readonly context: CommandContext,
    readonly wanted: {
      readonly name: string;
      readonly scopes: ReadonlyArray<Scope>;
      readonly organizationIds: ReadonlyArray<OrganizationId> | null;
      readonly expiresAt: Timestamp | null;
    },
  ) {
    super();
  }
}

/** The operator's. A second time is no new event. */
export class RevokeServiceToken extends Command<E.Either<Failure, Pick<Transacted<unknown>, 'position' | 'changed'>>> {
  constructor(
    readonly context: CommandContext,
    readonly id: ServiceTokenId,
  ) {
    super();
  }
}

@CommandHandler(CreateServiceToken)
export class CreateServiceTokenHandler implements ICommandHandler<CreateServiceToken> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, wanted }: CreateServiceToken) {
    const id = derivedId(context.commandId, 'svc');
    const token = `wsvc_${randomBytes(32).toString('hex')}`;
    const digest = hash('sha256', token, 'hex') as Digest;
    return pipe(
      transact(
        this.streams,
        serviceToken,
      )({
        id,
        context: { ...context, attempt: digest },
        ready: ready({ type: 'CreateServiceToken' as const, ...wanted, digest, now: context.at }),
      }),
      TE.map(({ position, changed }): ServiceTokenMade => ({ id, position, token: changed ? token : null })),
    )();
  }
}

@CommandHandler(RevokeServiceToken)
export class RevokeServiceTokenHandler implements ICommandHandler<RevokeServiceToken> {
  constructor(private readonly streams: StreamFolds) {}

  execute({ context, id }: RevokeServiceToken) {
    return transact(
      this.streams,
      serviceToken,
    )({ id, context, ready: ready({ type: 'RevokeServiceToken' as const }) })();
  }
}
