import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const acceptable = /^[A-Za-z0-9._-]{1,128}$/u;

export const madeRequestId = (): string => `req_${randomUUID()}`;

/** The caller's own `X-Request-ID`, to the byte, or a new one: anything else is replaced, never repaired. */
export const requestIdOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && acceptable.test(given) ? given : madeRequestId();
};
