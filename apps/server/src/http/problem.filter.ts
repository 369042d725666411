import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type Failure, problemOf } from './problem.catalogue.js';
import { failureOf } from './refusals.js';
import { reset } from './reset.js';
import type { RouteTable } from './route-table.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the problem this request was answered with, for its line in the log. */
    problemCode?: string;
  }
}

/** A `Defect` has its cause in what was thrown; a failure of the store or the vault carries it as a text. */
const causeOf = (failure: Failure, thrown: unknown): object =>
  failure._tag === 'Defect' ? { err: thrown } : { failure };

/**
 * Where every refusal becomes an answer, and the only place that logs one. A 4xx is named in the request's own line;
 * a 5xx has a line of its own, with its cause, at once: the request's line may never come.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest(), http.getResponse());
  }

  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failure = failureOf(thrown, request, this.routes);
    const { status, headers, body } = problemOf(failure, request.id);
    request.problemCode = body.code;
    if (status >= 500)
      this.logger.error({ requestId: request.id, code: body.code, ...causeOf(failure, thrown) }, 'request failed');
    if (reply.sent || reply.raw.headersSent) {
      reset(reply);
      return;
    }
    // the rest of a refused body is read and dropped, within the request's time: closing would lose the answer
    void reply
      .removeHeader('connection')
      .removeHeader('etag')
      .status(status)
      .headers({ ...headers, 'x-request-id': request.id, 'content-type': 'application/problem+json' })
      .send(JSON.stringify(body));
  }
}
