import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EventStore, Position } from '#libs/event-store';
import { E } from '#libs/kernel';
import type { ReadSide } from '#libs/read-models';
import type { PositionTokens } from './position-token.js';
import type { Failure } from './problem.catalogue.js';
import { Refused } from './refused.js';

/** How long a caller waits for a position that the log has and this node has not, in ms. */
export const PATIENCE = 5_000;

/** How long before a position beyond the head is called unknown, in ms. */
const SECOND_LOOK = 200;

declare module 'fastify' {
  interface FastifyRequest {
    /** Why this node cannot answer from the position that was asked for. */
    positionRefused?: Failure;
  }
}

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>();

/**
 * `Writ-Min-Position`: answered from a state at or past it, or not at all. To stand before whatever looks at the credential: that too
 * may have been made on another node, a moment ago. What is wrong with the position is told later, to callers who may be told.
 */
export class MinPositionWait implements CanActivate {
  constructor(
    private readonly tokens: PositionTokens,
    private readonly store: EventStore,
    private readonly readSide: ReadSide,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = requestOf(context);
    const wanted = request.headers['writ-min-position'];
    return wanted === undefined || this.waited(request, String(wanted));
  }

  private async waited(request: FastifyRequest, wanted: string): Promise<boolean> {
    const failure = await this.wait(wanted);
    if (failure !== undefined) request.positionRefused = failure;
    return true;
  }

  /** Only a token that was given out here makes anybody wait: nobody else can bring one. */
  private async wait(text: string): Promise<Failure | undefined> {
    const position = this.tokens.decode(text);
    if (E.isLeft(position)) return position.left;
    return this.reach(position.right);
  }

  private async reach(position: Position): Promise<Failure | undefined> {
    if (this.readSide.position >= position) return undefined;
    const head = await this.store.head()();
    if (E.isLeft(head)) return head.left;
    if (position <= head.right)
      return (await this.readSide.reached(position, PATIENCE)) ? undefined : { _tag: 'PositionNotReached' };
    // A leader that was voted out has less than what others gave out meanwhile: so it is asked twice.
    if (await this.readSide.reached(position, SECOND_LOOK)) return undefined;
    const again = await this.store.head()();
    if (E.isLeft(again)) return again.left;
    if (position <= again.right || again.right < this.readSide.position) return { _tag: 'PositionNotReached' };
    return { _tag: 'UnknownPosition', detail: 'This position is beyond the head of the log.' };
  }
}

/** Refuses what `MinPositionWait` has waited for in vain, once it is known who asks. */
export class MinPositionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { positionRefused } = requestOf(context);
    if (positionRefused !== undefined) throw new Refused(positionRefused);
    return true;
  }
}
