import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { Engine } from '../../apps/server/src/engine.js';
import { ServerModule } from '../../apps/server/src/server.module.js';

/** What Nest numbers a parameter with that is the body. */
const BODY = '3:';

export interface Route {
  /** `POST /v1/accounts/:accountId/block` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly takesBody: boolean;
}

const routesOf = (controller: Type<object>): ReadonlyArray<Route> => {
  const prototype = controller.prototype as Record<string, unknown>;
  const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string;
  return Object.getOwnPropertyNames(prototype).flatMap((name): Route[] => {
    const handler = prototype[name];
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] ?? '';
    const parts = [prefix, Reflect.getMetadata(PATH_METADATA, handler) as string];
    const path = `/${parts.join('/').split('/').filter(Boolean).join('/')}`;
    const args = Object.keys((Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) as object | undefined) ?? {});
    return [{ name: `${method} ${path}`, method, path, takesBody: args.some((arg) => arg.startsWith(BODY)) }];
  });
};

/** Every route that a server of all roles has, from its controllers themselves. */
export const everyRoute = (engine: Engine): ReadonlyArray<Route> => {
  const { controllers = [] } = ServerModule.of(engine, new Set(['admin', 'decisions', 'audit']), true);
  return controllers.flatMap((controller) => routesOf(controller as Type<object>));
};
