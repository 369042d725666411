import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { E } from '#libs/kernel';
import type { BadCursor } from './http.failures.js';

const MAC = 16;

/** A list's question without its page: the path, and the filters in one order. A cursor belongs to exactly one. */
export const queryOf = (
  path: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string => {
  const filters = Object.entries(parameters)
    .filter(([name, value]) => name !== 'limit' && name !== 'cursor' && value !== undefined)
    .map(([name, value]) => [name, String(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([path, filters]);
};

/** Where a page ended, sealed for the question it was a page of: `after` and a MAC over both, in base64url. */
export class Cursors {
  readonly #key: KeyObject;

  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  /** Authenticated, not hidden: `after` must be something the caller may read. */
  seal(query: string, after: string): string {
    const place = Buffer.from(after, 'utf8');
    return Buffer.concat([this.#mac(query, place), place]).toString('base64url');
  }

  open(query: string, cursor: string): E.Either<BadCursor, string> {
    const sealed = Buffer.from(cursor, 'base64url');
    const place = sealed.subarray(MAC);
    const genuine =
      sealed.length >= MAC &&
      timingSafeEqual(sealed.subarray(0, MAC), this.#mac(query, place)) &&
      sealed.toString('base64url') === cursor;
    return genuine ? E.right(place.toString('utf8')) : E.left({ _tag: 'BadCursor' });
  }

  #mac(query: string, place: Buffer): Buffer {
    return createHmac('sha256', this.#key)
      .update(`writ cursor\0${String(Buffer.byteLength(query))}\0${query}\0`)
      .update(place)
      .digest()
      .subarray(0, MAC);
  }
}
