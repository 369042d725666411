import type * as t from 'io-ts';
import { ExactObject } from '#libs/kernel';
import type { Access } from '../http/access.guard.js';
import { headerOf, parameter, proxyParameters } from './headers.js';
import { mayBeAbsent, type Schemas } from './json-schema.js';
import type { Content, Operation, Parameter, Ref, Response } from './openapi.js';
import { anyProblem, headersOf, problemResponse } from './problems.js';
import type { Route } from './routes.js';

const forWhom = (access: Access): string => {
  switch (access.for) {
    case 'scope':
      return `scope:${access.scope}`;
    case 'person-or-scope':
      return `person or scope:${access.scope}`;
    case 'anyone':
    case 'proxy':
    case 'operator':
    case 'person':
    case 'reader':
    case 'person-or-operator':
      return access.for;
  }
};

/** Health and this description itself: without a credential, and about nobody's data. */
const isPublic = ({ access, answers }: Route): boolean => access.for === 'anyone' && answers.key !== true;

const mayActFor = ({ access }: Route): boolean =>
  ['person', 'reader', 'person-or-scope', 'person-or-operator'].includes(access.for);

const commands = (route: Route): boolean => route.method !== 'GET' && !route.asksOnly;
const isRemembered = (route: Route): boolean => commands(route) && route.method === 'POST' && !route.repeatable;
const isConditional = ({ method, answers }: Route): boolean =>
  method === 'PATCH' || method === 'DELETE' || answers.conditional === true;

const fieldsOf = (codec: t.Decoder<unknown, unknown> | undefined): ReadonlyArray<readonly [string, t.Mixed]> => {
  if (codec === undefined) return [];
  if (codec instanceof ExactObject) return Object.entries({ ...codec.required, ...codec.optional });
  throw new Error(`the query "${codec.name}" has no schema: make it with exact or exactWith`);
};

const queryOf = ({ query }: Route, schemas: Schemas): ReadonlyArray<Parameter> =>
  fieldsOf(query).map(([name, codec]) => {
    const optional = query instanceof ExactObject && Object.hasOwn(query.optional, name);
    return { name, in: 'query', required: !optional && !mayBeAbsent(codec), schema: schemas.of(codec) };
  });

const parametersOf = (route: Route, schemas: Schemas): ReadonlyArray<Parameter | Ref> => {
  const inPath = route.params.map(([name, codec]): Parameter => {
    return { name, in: 'path', required: true, schema: schemas.of(codec) };
  });
  return [
    ...inPath,
    ...queryOf(route, schemas),
    ...(mayActFor(route) ? [parameter('ActAs')] : []),
    ...(route.access.for === 'proxy' ? proxyParameters.map(parameter) : []),
    ...(isRemembered(route) ? [parameter('IdempotencyKey')] : []),
    ...(isConditional(route) ? [parameter('IfMatch')] : []),
    ...(route.answers.etag === true ? [parameter('IfNoneMatch')] : []),
    ...(isPublic(route) ? [] : [parameter('MinPosition')]),
    parameter('RequestId'),
  ];
};

/** What a route may refuse; whatever else there is, is under `default`. */
const refusalsOf = (route: Route): ReadonlyArray<number> => {
  if (isPublic(route)) return [400];
  const takesBody = route.body !== undefined;
  return [
    400,
    401,
    403,
    404,
    409,
    // every command heeds If-Match; it is offered where one thing is read, changed and removed
    ...(commands(route) ? [412] : []),
    // a body that nothing is read from is taken in all the same
    ...(route.method === 'GET' ? [] : [413, 415]),
    ...((takesBody && commands(route)) || route.answers.moment === true ? [422] : []),
    ...(route.bounded ? [429] : []),
    503,
  ];
};

const responsesOf = (route: Route, schemas: Schemas): Readonly<Record<string, Response | Ref>> => {
  const { body, as = 'application/json', etag, streamed, besides = {}, headers = {} } = route.answers;
  const requestId = { 'X-Request-ID': headerOf('RequestId') };
  const hasPosition = !isPublic(route) && streamed === undefined;
  const always = { ...requestId, ...(hasPosition ? { 'Writ-Position': headerOf('Position') } : {}) };
  const own = Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, headerOf(header)]));
  const tagged = { ...always, ...own, ...(etag === true ? { ETag: headerOf('ETag') } : {}) };
  const replayed = isRemembered(route) ? { 'Idempotent-Replayed': headerOf('IdempotentReplayed') } : {};
  const contentOf = (codec: t.Decoder<unknown, unknown>, type: string): Content => ({
    [type]: { schema: schemas.of(codec) },
  });
  const inOtherTypes: Content = Object.fromEntries(
    Object.entries(streamed ?? {}).map(([type, codec]) => [type, { schema: schemas.of(codec) }]),
  );
  const success: Response = {
    description: body === undefined ? 'It is done.' : route.status === 201 ? 'It is made.' : 'As asked.',
    headers: { ...tagged, ...replayed },
    ...(body === undefined ? {} : { content: { ...contentOf(body, as), ...inOtherTypes } }),
  };
  const others = Object.entries(besides).map(([status, codec]): [string, Response] => [
    status,
    {
      description: 'In a shape of its own.',
      headers: { ...requestId, ...headersOf(Number(status)) },
      content: contentOf(codec, 'application/json'),
    },
  ]);
  return {
    [String(route.status)]: success,
    ...(etag === true ? { '304': { description: 'It is as it was.', headers: tagged } } : {}),
    ...Object.fromEntries(refusalsOf(route).map((status) => [String(status), problemResponse(status)])),
    ...Object.fromEntries(others),
    default: anyProblem,
  };
};

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** `ApiKeys` → `API keys`, `SignIns` → `Sign-ins` */
export const areaOf = ({ controller }: Route): string =>
  upper(
    controller
      .replace(/(?<=[a-z])(?=[A-Z])/gu, ' ')
      .toLowerCase()
      .replace('api ', 'API ')
      .replace('sign ins', 'sign-ins'),
  );

/** A route in the words of OpenAPI. */
export const operationOf = (route: Route, schemas: Schemas): Operation => ({
  operationId: `${lower(route.controller)}${upper(route.handler)}`,
  tags: [areaOf(route)],
  summary: route.answers.summary,
  ...(isPublic(route) ? { security: [] as const } : {}),
  'x-writ-for': route.answers.key === true ? 'key' : forWhom(route.access),
  parameters: parametersOf(route, schemas),
  ...(route.body === undefined
    ? {}
    : {
        requestBody: {
          required: !mayBeAbsent(route.body.codec),
          content: { [route.body.as]: { schema: schemas.of(route.body.codec) } },
        },
      }),
  responses: responsesOf(route, schemas),
});
