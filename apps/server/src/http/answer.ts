import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { E } from '#libs/kernel';
import type { PositionTokens } from './position-token.js';
import { noneMatchNames } from './preconditions.js';
import type { Failure } from './problem.catalogue.js';
import { Refused } from './refused.js';

interface Beside {
  /** The furthest position this answer rests on: `Writ-Position`. */
  readonly position?: bigint;
  /** Strong, without its quotes: `ETag`, and `304` for a GET whose `If-None-Match` names it. */
  readonly etag?: string;
  /** Where it is not the one of the route. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body and what goes beside it. Made by `reply`. */
export class Reply<A> {
  constructor(
    readonly body: A,
    readonly beside: Beside,
  ) {}
}

/** `reply(key, { position, etag })`; without a body, `reply(undefined, { position })`. */
export const reply = <A>(body: A, beside: Beside = {}): Reply<A> => new Reply(body, beside);

/** What a controller method returns. Naming it here is what ties every failure to a row of the catalogue. */
export type Answer<A> = Promise<E.Either<Failure, A | Reply<A>>>;

export const isEither = <A>(value: A | E.Either<Failure, A>): value is E.Either<Failure, A> => {
  const tag: unknown = typeof value === 'object' && value !== null && '_tag' in value ? value._tag : undefined;
  return tag === 'Left' || tag === 'Right';
};

/** Turns an `Answer` into the answer: a refusal is thrown for the filter, a `Reply` is taken apart. */
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly tokens: PositionTokens) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(map((value: unknown) => this.#settled(value, http.getRequest(), http.getResponse())));
  }

  #settled(value: unknown, request: FastifyRequest, response: FastifyReply): unknown {
    const answered = isEither(value) ? value : undefined;
    if (answered?._tag === 'Left') throw new Refused(answered.left);
    const body = answered === undefined ? value : answered.right;
    return body instanceof Reply ? this.#taken(body, request, response) : body;
  }

  #taken({ body, beside }: Reply<unknown>, request: FastifyRequest, response: FastifyReply): unknown {
    const { position, etag, status, headers } = beside;
    if (headers !== undefined) void response.headers(headers);
    if (position !== undefined) void response.header('writ-position', this.tokens.encode(position));
    if (status !== undefined) void response.status(status);
    if (etag === undefined) return body;
    void response.header('etag', `"${etag}"`);
    const known = request.headers['if-none-match'];
    if (known === undefined || (request.method !== 'GET' && request.method !== 'HEAD') || !noneMatchNames(known, etag))
      return body;
    void response.status(304);
    return undefined;
  }
}
