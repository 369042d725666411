import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { isStreamed } from './body-parsers.js';
import { type Failure, problemOf } from './problem.catalogue.js';
import { madeRequestId, requestIdOf } from './request-id.js';
import { malformed } from './refused.js';

/** In bytes: the request line and the headers together. */
export const HEADER_LIMIT = 16 * 1024;

/** How long the rest of a bad request is read, so that its answer is not lost to a reset. */
const LINGER_MS = 1_000;

const failureOf = (code: string | undefined): Failure => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { _tag: 'HeadersTooLarge', limit: HEADER_LIMIT };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { _tag: 'RequestTimeout' };
    default:
      return malformed('this is not HTTP/1.1 as RFC 9112 has it').failure;
  }
};

const rawAnswer = (failure: Failure, requestId: string): string => {
  const { status, headers, body } = problemOf(failure, requestId);
  const text = JSON.stringify(body);
  const fields = {
    ...headers,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(text)),
    'x-request-id': requestId,
    connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`;
};

/** Node keeps the answer that a connection is busy with here. */
interface Busy {
  readonly _httpMessage?: ServerResponse | null;
}

/** An answer is on its way, or due to a request that is complete: another one in its place would be taken for it. */
const isOwedElsewhere = ({ _httpMessage: response }: Busy): boolean =>
  response !== undefined && response !== null && (response.headersSent || response.req.complete);

const isAtOurPace = ({ _httpMessage: response }: Busy): boolean =>
  response !== undefined && response !== null && isStreamed(response.req);

/** What is not even a request: answered on the bare connection, which is then closed. */
export const clientErrorHandler =
  (logger: Logger) =>
  (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (socket.writableEnded || socket.destroyed) return;
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isAtOurPace(socket as Busy)) return;
    if (error.code === 'ECONNRESET' || !socket.writable || isOwedElsewhere(socket as Busy)) {
      socket.destroy();
      return;
    }
    const failure = failureOf(error.code);
    const requestId = madeRequestId();
    logger.info({ requestId, code: problemOf(failure, requestId).body.code, why: error.code }, 'not a request');
    socket.end(rawAnswer(failure, requestId));
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };

/** `Expect` with anything but `100-continue`, which Node would answer with an empty `417`. */
export const refuseExpectations = (server: Server): void => {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const requestId = requestIdOf(request);
    const { status, body } = problemOf({ _tag: 'ExpectationFailed' }, requestId);
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = {
      'content-type': 'application/problem+json',
      'content-length': bytes.length,
      'x-request-id': requestId,
    };
    response.writeHead(status, headers).end(bytes);
  });
};
