import { HttpException } from '@nestjs/common';
import type { FastifyError, FastifyRequest } from 'fastify';
import { BODY_LIMIT, wrongContentType } from './body-parsers.js';
import type { Failure } from './problem.catalogue.js';
import { malformed, Refused } from './refused.js';
import type { RouteTable } from './route-table.js';

/** A target with a whole address in it, as proxies get it, is the same as its path (RFC 9112 §3.2.2). */
const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/iu;

export const pathOf = (url: string): string => url.replace(origin, '').split('?', 1)[0] ?? '';

const notFound = ({ raw }: FastifyRequest, routes: RouteTable): Failure => {
  const allowed = routes.methodsOf(pathOf(raw.url ?? ''));
  return allowed.length === 0 || allowed.includes(raw.method ?? '')
    ? { _tag: 'NotFound' }
    : { _tag: 'MethodNotAllowed', allowed };
};

/** What Fastify itself refuses, by its code; whatever else it counts among the caller's faults is a bad request. */
const byFastify = ({ code, statusCode }: Partial<FastifyError>, request: FastifyRequest): Failure | undefined => {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { _tag: 'PayloadTooLarge', limit: BODY_LIMIT };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return wrongContentType(request).failure;
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return malformed('the body is not as long as Content-Length says').failure;
    case 'FST_ERR_BAD_URL':
      return malformed('the address has a percent sign that encodes nothing in UTF-8').failure;
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return { _tag: 'NotFound' };
    case 'ECONNRESET':
      // of this connection; one that a handler lost elsewhere is no fault of the caller's
      return request.raw.complete ? undefined : malformed('the body ended before it was complete').failure;
    default:
      return code?.startsWith('FST_') === true && statusCode !== undefined && statusCode < 500
        ? malformed('the request cannot be read').failure
        : undefined;
  }
};

/** Nest's own exceptions, which only Nest itself throws: routing, guards and pipes of ours throw `Refused`. */
const byNest = (exception: HttpException, request: FastifyRequest, routes: RouteTable): Failure => {
  const status = exception.getStatus();
  if (status === 404) return notFound(request, routes);
  if (status === 401) return { _tag: 'Unauthenticated', credential: 'refused' };
  if (status === 403) return { _tag: 'Forbidden', action: 'this' };
  return status < 500 ? malformed('the request cannot be read').failure : { _tag: 'Defect' };
};

/** Whatever was thrown, as a failure of the catalogue; what nobody foresaw is a `Defect`. */
export const failureOf = (thrown: unknown, request: FastifyRequest, routes: RouteTable): Failure => {
  if (thrown instanceof Refused) return thrown.failure;
  const root = thrown instanceof HttpException && thrown.cause instanceof Error ? thrown.cause : thrown;
  const refused = root instanceof Error ? byFastify(root, request) : undefined;
  if (refused !== undefined) return refused;
  return thrown instanceof HttpException ? byNest(thrown, request, routes) : { _tag: 'Defect' };
};
