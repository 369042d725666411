import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';

const channel = 'fastify.initialization';

/**
 * `METHOD /path` of every route that a Fastify server takes on while `start` runs, in whatever way it comes to it:
 * Fastify tells of each server that is made, before it has any. HEAD goes with GET.
 */
export const routesServedBy = async <A>(start: () => Promise<A>): Promise<readonly [A, ReadonlyArray<string>]> => {
  const routes = new Set<string>();
  const listen = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) if (each !== 'HEAD') routes.add(`${each} ${url}`);
    });
  };
  subscribe(channel, listen);
  try {
    return [await start(), [...routes].sort()];
  } finally {
    unsubscribe(channel, listen);
  }
};
