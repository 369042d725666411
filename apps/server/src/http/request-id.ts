import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { looksLikeSecret } from '#libs/api-keys';

/** How an operator's and a service's token start. */
const token = /w(?:svc|op)_/u;

const acceptable = /^[A-Za-z0-9._-]{1,128}$/u;

export const madeRequestId = (): string => `req_${randomUUID()}`;

const mayBeSecret = (id: string): boolean => token.test(id) || looksLikeSecret(id);

/**
 * The caller's own `X-Request-ID`, to the byte, or a new one: anything else is replaced, never repaired. So is one that
 * looks like a key or a token: it would be logged, echoed and kept in the events for good.
 */
export const requestIdOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && acceptable.test(given) && !mayBeSecret(given) ? given : madeRequestId();
};
