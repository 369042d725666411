import { hash } from 'node:crypto';
import type { Position } from '#libs/event-store';

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const keyed = (entries: ReadonlyArray<readonly [string, unknown]>) =>
  Object.fromEntries([...entries].sort(([one], [other]) => inOrder(one, other)));

/**
 * A fact as a text that depends on nothing but what it says: not on how an object was put together, nor, where `nameOf` gives a
 * position a name of its own, on the store that it lies in.
 */
export const canonical = (
  fact: unknown,
  nameOf: (position: Position) => string = (position) => position.toString(),
): string =>
  JSON.stringify(fact ?? null, (_, value: unknown) => {
    if (typeof value === 'bigint') return `@${nameOf(value)}`;
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (value instanceof Map) return keyed([...(value as ReadonlyMap<string, unknown>)]);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return keyed(Object.entries(value));
  });

const WIDTH = 1n << 256n;

/**
 * A digest of what is said of many streams, in whatever order it is told: the sum of the SHA-256 of each, modulo 2^256. So it can be made
 * of a state part by part.
 */
export class StateDigest {
  private sum = 0n;
  /** Streams told of. */
  count = 0;

  add(stream: string, text: string): void {
    this.sum = (this.sum + BigInt(`0x${hash('sha256', `${stream}\n${text}`, 'hex')}`)) % WIDTH;
    this.count += 1;
  }

  get hex(): string {
    return this.sum.toString(16).padStart(64, '0');
  }
}
