import { type DynamicModule, NotFoundException, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { AnswerInterceptor } from './answer.js';
import { BODY_LIMIT, registerBodyParsers } from './body-parsers.js';
import { clientErrorHandler, HEADER_LIMIT, refuseExpectations } from './connection-errors.js';
import type { RequestCounts } from '../operations/request-counts.js';
import { nestLogger } from './logger.js';
import type { PositionTokens } from './position-token.js';
import { ProblemFilter } from './problem.filter.js';
import { malformed } from './refused.js';
import { requestIdOf } from './request-id.js';
import { RouteTable } from './route-table.js';

export interface HttpOptions {
  readonly logger: Logger;
  readonly tokens: PositionTokens;
  /** Sees every answer that was given. */
  readonly requests?: RequestCounts;
}

/** Times in ms. A connection may idle for longer than the usual 60 s of the proxies before us, so that they close first. */
const times = {
  requestTimeout: 120_000,
  headersTimeout: 20_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 72_000,
};

type Answered = (request: FastifyRequest, reply: FastifyReply) => void;

const createAdapter = (logger: Logger, filter: ProblemFilter, answered: Answered): FastifyAdapter =>
  new FastifyAdapter({
    logger: false,
    trustProxy: false,
    bodyLimit: BODY_LIMIT,
    genReqId: requestIdOf,
    requestTimeout: times.requestTimeout,
    keepAliveTimeout: times.keepAliveTimeout,
    routerOptions: { maxParamLength: 1024 },
    // in flight is finished, and Fastify's own 503 would not be a problem document
    return503OnClosing: false,
    skipMiddie: true,
    multipart: false,
    http: {
      maxHeaderSize: HEADER_LIMIT,
      headersTimeout: times.headersTimeout,
      connectionsCheckingInterval: times.connectionsCheckingInterval,
      requireHostHeader: false,
    },
    clientErrorHandler: clientErrorHandler(logger),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      filter.answer(error, request, reply);
      answered(request, reply);
    },
  });

/** The route's pattern and never the address itself: an address has ids, and a query what people typed. */
const logLine = (logger: Logger, request: FastifyRequest, reply: FastifyReply): void => {
  const { id, method, routeOptions, problemCode, tokenRefused: why } = request;
  const ms = Math.round(reply.elapsedTime * 100) / 100;
  logger.info(
    { requestId: id, method, route: routeOptions.url ?? null, status: reply.statusCode, ms, code: problemCode, why },
    'request',
  );
};

const count = (
  requests: RequestCounts,
  { method, routeOptions, problemCode: code }: FastifyRequest,
  reply: FastifyReply,
) => {
  requests.answered({ method, route: routeOptions.url, code }, reply.statusCode, reply.elapsedTime);
};

const addHooks = (fastify: FastifyInstance, answered: Answered): void => {
  fastify.decorateRequest('problemCode', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    if (request.is404) {
      done(new NotFoundException()); // before its body is read: it is for nobody
    } else if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      done(malformed('a request has a Host header (RFC 9112 §3.2)'));
    } else {
      done();
    }
  });
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  // what is in flight is the last on its connection: one that idled on would keep the process from ending
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    answered(request, reply);
    done();
  });
};

/** A Nest application on Fastify in which every refusal is a problem document, every answer has its request id. */
export const createHttpApp = async (
  root: Type | DynamicModule,
  { logger, tokens, requests }: HttpOptions,
): Promise<NestFastifyApplication> => {
  const routes = new RouteTable();
  const filter = new ProblemFilter(logger, routes);
  const answered: Answered = (request, reply) => {
    logLine(logger, request, reply);
    if (requests !== undefined) count(requests, request, reply);
  };
  const adapter = createAdapter(logger, filter, answered);
  const fastify = adapter.getInstance();
  fastify.addHook('onRoute', ({ url, method }) => {
    routes.add(url, [method].flat());
  });
  addHooks(fastify, answered);
  registerBodyParsers(fastify);
  refuseExpectations(fastify.server);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class, and reads them as an object
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(filter);
  app.useGlobalInterceptors(new AnswerInterceptor(tokens));
  return app;
};
