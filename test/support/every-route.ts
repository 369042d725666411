import { documentOf } from './api-document.js';

export interface Route {
  /** `POST /v1/accounts/:accountId/block` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly takesBody: boolean;
  /** Whom it says it is for. */
  readonly for: string;
  /** Health and the description itself: of nothing that anybody made. */
  readonly isPublic: boolean;
}

/** Every route that a running server says it has. */
export const everyRoute = async ({ url }: { readonly url: string }): Promise<ReadonlyArray<Route>> => {
  const { paths } = await documentOf(url);
  return Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([verb, operation]) => {
      const [method, path] = [verb.toUpperCase(), template.replace(/\{(\w+)\}/gu, ':$1')];
      return {
        name: `${method} ${path}`,
        method,
        path,
        takesBody: operation.requestBody !== undefined,
        for: operation['x-writ-for'],
        isPublic: operation.security !== undefined,
      };
    }),
  );
};
