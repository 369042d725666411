import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/**
 * Ends the connection of an answer that broke. By HTTP/1.0, which some proxies speak, an answer ends where its connection does: only
 * a reset tells a reader that what came is not all.
 */
export const reset = ({ raw }: FastifyReply): void => {
  if (raw.socket === null) raw.destroy();
  else raw.socket.resetAndDestroy();
};

/** For a body that may break once its status has gone out; before that it is a problem like any other. */
export const resetsWhenBroken = (body: Readable, response: FastifyReply): Readable =>
  body.once('error', () => {
    if (response.raw.headersSent) reset(response);
  });
