import type { Type } from '@nestjs/common';
import { documentOf } from './document.js';
import type { OpenApi } from './openapi.js';
import { pageOf } from './page.js';

/** The API of a server's own controllers. Made before it serves: a route that cannot be described stops the start. */
export class ApiDescription {
  #document: OpenApi;
  #page: string | undefined;

  constructor(controllers: ReadonlyArray<Type>) {
    this.#document = { ...documentOf(controllers), servers: [{ url: '/' }] };
  }

  /** Says where it is served, once that is known: before there is a port, it is wherever it was read from. */
  servedAt(url: string): void {
    this.#document = { ...this.#document, servers: [{ url }] };
    this.#page = undefined;
  }

  get document(): OpenApi {
    return this.#document;
  }

  get page(): string {
    this.#page ??= pageOf(this.#document);
    return this.#page;
  }
}
