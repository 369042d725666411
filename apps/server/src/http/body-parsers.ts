import { isUtf8 } from 'node:buffer';
import { parse } from 'node:querystring';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { E } from '#libs/kernel';
import { parsedJson } from './json-text.js';
import { malformed, Refused } from './refused.js';

/** In bytes; a streamed body (`application/x-ndjson`) has no bound of its own. */
export const BODY_LIMIT = 256 * 1024;

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const lines = 'application/x-ndjson';
/** The same by other names: none of them is registered. */
const linesToo = ['application/ndjson', 'application/jsonl'];

export type MediaType = typeof json | typeof form | typeof lines;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route's body comes as; `application/json` unless said. */
    readonly accepts?: MediaType;
    /** Another content type is `400` here and not `415` (AuthZEN §10.1). */
    readonly lenient?: boolean;
  }
}

/** Over a controller's method: its body is of this type (JSON unless said), with `lenient` for AuthZEN's 400. */
export const Accepts = (accepts: MediaType, { lenient = false } = {}) => RouteConfig({ accepts, lenient });

const acceptedBy = (request: FastifyRequest): MediaType => request.routeOptions.config.accepts ?? json;

export const wrongContentType = (request: FastifyRequest): Refused =>
  request.routeOptions.config.lenient === true
    ? malformed(`the body must be sent as "${acceptedBy(request)}"`)
    : new Refused({ _tag: 'UnsupportedMediaType', expected: acceptedBy(request) });

const streamed = new WeakSet<IncomingMessage>();

/** Its body is taken at the pace at which it can be worked on: then the time that it takes to arrive says nothing of who sends it. */
export const isStreamed = (request: IncomingMessage): boolean => streamed.has(request);

const charset = /;\s*charset\s*=\s*"?([^";\s]*)"?/iu;

/** The route takes this type, and its text is in UTF-8: by the header, and by its bytes. */
const refusalOf = (type: MediaType, request: FastifyRequest, body?: Buffer): Refused | undefined => {
  const named = charset.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  if (acceptedBy(request) !== type || (named !== 'utf-8' && named !== 'utf8')) return wrongContentType(request);
  return body === undefined || isUtf8(body) ? undefined : malformed('the body is not valid UTF-8');
};

const readJson = (body: Buffer): unknown => {
  if (body.length === 0) return undefined;
  const parsed = parsedJson(body.toString('utf8'));
  if (E.isRight(parsed)) return parsed.right;
  throw malformed(parsed.left.detail, parsed.left.pointer);
};

/**
 * JSON everywhere, a form or a stream of lines where a route says so, and nothing else. An empty body is no body:
 * what needs one says so when it decodes.
 */
export const registerBodyParsers = (fastify: FastifyInstance): void => {
  const whole = (type: MediaType, read: (body: Buffer) => unknown) => {
    fastify.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (request, body: Buffer, done) => {
      const refused = refusalOf(type, request, body);
      if (refused === undefined) done(null, read(body));
      else done(refused, undefined);
    });
  };
  fastify.removeAllContentTypeParsers();
  whole(json, readJson);
  whole(form, (body) => parse(body.toString('utf8')));
  fastify.addContentTypeParser([lines, ...linesToo], (request: FastifyRequest, payload: IncomingMessage, done) => {
    const refused = refusalOf(lines, request);
    if (refused !== undefined) {
      done(refused, undefined);
      return;
    }
    streamed.add(payload);
    done(null, payload);
  });
};
