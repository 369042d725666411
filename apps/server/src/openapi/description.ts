import type { Type } from '@nestjs/common';
import { documentOf } from './document.js';
import type { OpenApi } from './openapi.js';
import { pageOf } from './page.js';

/** The API of a server's own controllers. Made before it serves: a route that cannot be described stops the start. */
export class ApiDescription {
  readonly #document: Omit<OpenApi, 'servers'>;
  #served: { readonly document: OpenApi; readonly page: string } | undefined;

  constructor(controllers: ReadonlyArray<Type>) {
    this.#document = documentOf(controllers);
  }

  /** Says where it is served; known only once a port is. */
  servedAt(url: string): void {
    const document = { ...this.#document, servers: [{ url }] };
    this.#served = { document, page: pageOf(document) };
  }

  get document(): OpenApi {
    return this.#made.document;
  }

  get page(): string {
    return this.#made.page;
  }

  get #made() {
    if (this.#served === undefined) throw new Error('the description was asked for before the server had an address');
    return this.#served;
  }
}
