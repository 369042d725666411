import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { EventStore, type Position } from '#libs/event-store';
import { E } from '#libs/kernel';
import { ReadSide } from '#libs/read-models';
import type { PositionTokens } from './position-token.js';
import type { Failure } from './problem.catalogue.js';
import { Refused } from './refused.js';

/** How long a caller waits for a position that the log has and this node has not, in ms. */
export const PATIENCE = 5_000;

/** `Writ-Min-Position`: answered from a state at or past it, or not at all. */
export class MinPosition implements NestInterceptor {
  constructor(
    private readonly tokens: PositionTokens,
    private readonly store: EventStore,
    private readonly readSide: ReadSide,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const wanted = context.switchToHttp().getRequest<FastifyRequest>().headers['writ-min-position'];
    if (wanted !== undefined) {
      const failure = await this.wait(String(wanted));
      if (failure !== undefined) throw new Refused(failure);
    }
    return next.handle();
  }

  private async wait(text: string): Promise<Failure | undefined> {
    const position = this.tokens.decode(text);
    if (E.isLeft(position)) return position.left;
    return this.reach(position.right);
  }

  private async reach(position: Position): Promise<Failure | undefined> {
    if (this.readSide.position >= position) return undefined;
    const head = await this.store.head()();
    if (E.isLeft(head)) return head.left;
    if (position > head.right)
      return { _tag: 'UnknownPosition', detail: 'This position is beyond the head of the log.' };
    return (await this.readSide.reached(position, PATIENCE)) ? undefined : { _tag: 'PositionNotReached' };
  }
}
