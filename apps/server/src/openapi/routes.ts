import { RequestMethod, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig } from 'fastify';
import type * as t from 'io-ts';
import { type Access, accessOf } from '../http/access.guard.js';
import { isQuestion } from '../http/asks-only.js';
import type { MediaType } from '../http/body-parsers.js';
import { boundOf } from '../http/bounded.interceptor.js';
import { isRepeatable } from '../http/repeatable.js';
import { answersOf, type Documented } from './answers.js';

type Codec = t.Decoder<unknown, unknown>;

/** A route as its controller declares it: all that there is to say about it, before it is said in OpenAPI's words. */
export interface Route {
  /** `POST /v1/accounts/{accountId}/block` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly controller: string;
  readonly handler: string;
  readonly status: number;
  readonly access: Access;
  /** A POST that only asks. */
  readonly asksOnly: boolean;
  /** A POST without a use for an `Idempotency-Key`. */
  readonly repeatable: boolean;
  /** So much of it at once, and no more: `429` beyond. */
  readonly bounded: boolean;
  readonly params: ReadonlyArray<readonly [name: string, codec: Codec]>;
  readonly query: Codec | undefined;
  readonly body: { readonly codec: Codec; readonly as: MediaType } | undefined;
  readonly answers: Documented;
}

/** What Nest numbers the parameters of a method with (`RouteParamtypes`, which it does not export). */
const kinds = { '3': 'body', '4': 'query', '5': 'param' } as const;

interface Argument {
  readonly kind: 'body' | 'query' | 'param';
  readonly name: string;
  readonly codec: Codec;
}

interface Declared {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes: ReadonlyArray<object>;
}

const argumentsOf = (controller: Type, handler: string): ReadonlyArray<Argument> => {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<string, Declared>;
  const inOrder = Object.entries(declared).sort(([, one], [, other]) => one.index - other.index);
  return inOrder.flatMap(([key, { data, pipes }]): Argument[] => {
    const kind = kinds[(key.split(':')[0] ?? '') as keyof typeof kinds] as Argument['kind'] | undefined;
    if (kind === undefined) return [];
    const decoding = pipes.find((pipe): pipe is { readonly codec: Codec } => 'codec' in pipe);
    if (decoding === undefined) throw new Error(`its ${kind} is taken without a codec: decode it`);
    return [{ kind, name: typeof data === 'string' ? data : '', codec: decoding.codec }];
  });
};

const routeOf = (controller: Type, name: string, handler: object): Route => {
  const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] ?? '';
  const parts = [Reflect.getMetadata(PATH_METADATA, controller), Reflect.getMetadata(PATH_METADATA, handler)];
  const path = `/${parts.join('/').split('/').filter(Boolean).join('/')}`.replace(/:(\w+)/gu, '{$1}');
  const status = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  const config = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as FastifyContextConfig | undefined;
  const answers = answersOf(handler);
  if (answers === undefined) throw new Error(`${method} ${path} does not say what it answers: add @Answers(…)`);
  try {
    const taken = argumentsOf(controller, name);
    const body = taken.find(({ kind }) => kind === 'body');
    return {
      name: `${method} ${path}`,
      method,
      path,
      controller: controller.name.replace(/Controller$/u, ''),
      handler: name,
      status: status ?? (method === 'POST' ? 201 : 200),
      access: accessOf(handler),
      asksOnly: isQuestion(handler),
      repeatable: isRepeatable(handler),
      bounded: boundOf(handler) !== undefined,
      params: taken.flatMap(({ kind, name: param, codec }) => (kind === 'param' ? [[param, codec] as const] : [])),
      query: taken.find(({ kind }) => kind === 'query')?.codec,
      body: body && { codec: body.codec, as: config?.accepts ?? 'application/json' },
      answers,
    };
  } catch (error) {
    throw new Error(`${method} ${path}: ${(error as Error).message}`, { cause: error });
  }
};

/** Every route of these controllers, in the order in which they are declared. */
export const routesOf = (controllers: ReadonlyArray<Type>): ReadonlyArray<Route> =>
  controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, unknown>;
    return Object.getOwnPropertyNames(prototype).flatMap((name): Route[] => {
      const handler = prototype[name];
      if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
      return [routeOf(controller, name, handler)];
    });
  });
