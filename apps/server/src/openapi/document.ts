import type { Type } from '@nestjs/common';
import { headers, parameters } from './headers.js';
import { Schemas } from './json-schema.js';
import type { OpenApi, Operation } from './openapi.js';
import { areaOf, operationOf } from './operation.js';
import { problemResponses, problemSchema } from './problems.js';
import { type Route, routesOf } from './routes.js';

const described = (route: Route, schemas: Schemas): Operation => {
  const declared = [...route.path.matchAll(/\{(\w+)\}/gu)].map(([, name = '']) => name);
  const taken = route.params.map(([name]) => name);
  try {
    if (declared.some((name) => !taken.includes(name))) throw new Error('a part of its path is not decoded');
    if ((route.status === 204) !== (route.answers.body === undefined))
      throw new Error(`it answers ${route.status}: a body is said for anything but 204`);
    return operationOf(route, schemas);
  } catch (error) {
    throw new Error(`${route.name}: ${(error as Error).message}`, { cause: error });
  }
};

const pathsOf = (operations: ReadonlyArray<readonly [Route, Operation]>): OpenApi['paths'] => {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [{ path, method }, operation] of operations) (paths[path] ??= {})[method.toLowerCase()] = operation;
  return paths;
};

/** The API of these controllers, made from what they declare and from the codecs that validate their requests. */
export const documentOf = (controllers: ReadonlyArray<Type>): Omit<OpenApi, 'servers'> => {
  const schemas = new Schemas();
  const operations = routesOf(controllers).map((route) => [route, described(route, schemas)] as const);
  const ids = operations.map(([, { operationId }]) => operationId);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new Error(`two operations are called "${twice}"`);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Writ',
      version: 'v1',
      description: 'Who may do what, folded from a log of what was granted and taken away.',
    },
    security: [{ bearer: [] }],
    tags: [...new Set(operations.map(([route]) => areaOf(route)))].map((name) => ({ name })),
    paths: pathsOf(operations),
    components: {
      schemas: { ...schemas.named, Problem: problemSchema },
      parameters,
      headers,
      responses: problemResponses,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The operator token, a service token, a person’s JWT, or (for whoami) an API key.',
        },
      },
    },
  };
};
