import { type CanActivate, type ExecutionContext, Query, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type * as t from 'io-ts';
import { exact } from '#libs/kernel';
import { decodeQuery } from './decode.js';

const ASKED = 'writ:query';

/** For the parameter that is a route's query, decoded. A route without one takes no query at all. */
export const Asked =
  <A>(codec: t.Decoder<unknown, A>) =>
  (target: object, method: string, index: number): void => {
    Query(decodeQuery(codec))(target, method, index);
    SetMetadata(ASKED, true)(target, method, Object.getOwnPropertyDescriptor(target, method) ?? {});
  };

const ANY = 'writ:any-query';

/** For a route that proxies ask on behalf of others: some hand on the query of their callers, which asks nothing here. */
export const TakesAnyQuery = () => SetMetadata(ANY, true);

const nothing = decodeQuery(exact({}));

/** A parameter that no one reads is a fault, as an unknown field of a body is: it was meant to do something. */
export class QueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const is = (mark: string) => this.reflector.get<boolean | undefined>(mark, context.getHandler()) === true;
    if (!is(ASKED) && !is(ANY))
      nothing.transform(context.switchToHttp().getRequest<FastifyRequest>().query, { type: 'query' });
    return true;
  }
}
