import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { finalize, type Observable } from 'rxjs';
import { LiveState } from '#libs/authorization';
import type { Caller } from './caller.js';
import { type GiveBack, Places } from './places.js';
import { Refused } from './refused.js';
import { Turns } from './turns.js';

/** `question`: worked out for its answer, and then over. `export`: goes on for as long as its reader takes. */
export type Bounded = 'question' | 'export';

const BOUNDED = 'writ:bounded';

/** How a route is bounded; nothing for one that is not. */
export const boundOf = (handler: object): Bounded | undefined =>
  Reflect.getMetadata(BOUNDED, handler) as Bounded | undefined;

const tooMany = () => new Refused({ _tag: 'TooManyQuestions' });

/**
 * Bounds what is worked on at once about history, in this process: these answers fold logs and fill memory, and all of it is beside the
 * decisions of everybody else.
 */
@Injectable()
export class BoundedInterceptor implements NestInterceptor {
  private readonly turns = new Turns({ running: { all: 4, each: 3 }, waiting: { all: 512, each: 128 } });
  /** Until its last byte is taken, each; of questions also while they wait or are worked on. */
  private readonly open: Readonly<Record<Bounded, Places>> = {
    question: new Places({ all: Infinity, each: 256 }),
    export: new Places({ all: 32, each: 8 }),
  };

  constructor(private readonly live: LiveState) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
    const { raw } = context.switchToHttp().getResponse<FastifyReply>();
    const bounded = boundOf(context.getHandler());
    if (bounded === undefined || caller === undefined) return next.handle();
    const who = this.whoPays(caller);
    const close = this.open[bounded].take(who);
    if (close === undefined) throw tooMany();
    const gone = new AbortController();
    const end: GiveBack = () => {
      close();
      gone.abort();
    };
    if (raw.destroyed) end();
    else raw.once('close', end);
    if (bounded === 'export') return next.handle();
    const turn = await this.turns.take(who, gone.signal);
    // Whoever is gone does not hear it.
    if (turn === undefined) throw tooMany();
    return next.handle().pipe(finalize(turn));
  }

  /** The people of an organization share what it may have, as one who wants much can act for many of them. */
  private whoPays({ credential, person }: Caller): string {
    if (person !== null) return this.live.membership(person)?.current?.organizationId ?? person;
    return credential.type === 'service' ? credential.token.id : credential.type;
  }
}

/** For what answers out of history. */
export const IsBounded = (by: Bounded) =>
  applyDecorators(SetMetadata(BOUNDED, by), UseInterceptors(BoundedInterceptor));
