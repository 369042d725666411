import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { E } from '#libs/kernel';
import type { InvalidRequest, UnknownPosition } from './http.failures.js';

const TAG = 6;
const MAC = 12;
const WIDEST = 16;

const bytesOf = (position: bigint): Buffer => {
  if (position < 0n || position >> 128n !== 0n) throw new RangeError('a position has at most 128 bits');
  const hex = position.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
};

const positionOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

const notAToken: InvalidRequest = {
  _tag: 'InvalidRequest',
  errors: [{ pointer: '', detail: 'not a position token: send one back as this server gave it in Writ-Position' }],
};

const foreign = {
  _tag: 'UnknownPosition',
  detail: 'This position is not of this log: send one that this server gave in Writ-Position.',
} as const satisfies UnknownPosition;

/**
 * A position as callers see it: which log, where in it, and a MAC over both, in base64url. So a position cannot
 * be guessed, moved or carried to another log. Layout: tag of the log (6) · position, big-endian (1–16) · MAC (12).
 */
export class PositionTokens {
  readonly #key: KeyObject;
  readonly #tag: Buffer;
  readonly #recent = new LRUCache<bigint, string>({ max: 1024 });

  constructor(
    key: Buffer,
    private readonly logId: string,
  ) {
    this.#key = createSecretKey(key);
    this.#tag = createHmac('sha256', this.#key).update(`writ log\0${logId}`).digest().subarray(0, TAG);
  }

  encode(position: bigint): string {
    const known = this.#recent.get(position);
    if (known !== undefined) return known;
    const bytes = bytesOf(position);
    const token = Buffer.concat([this.#tag, bytes, this.#mac(bytes)]).toString('base64url');
    this.#recent.set(position, token);
    return token;
  }

  /** `InvalidRequest` for what was never a token; `UnknownPosition` for another log's, or one that was altered. */
  decode(text: string): E.Either<UnknownPosition | InvalidRequest, bigint> {
    const token = Buffer.from(text, 'base64url');
    const width = token.length - TAG - MAC;
    if (width < 1 || width > WIDEST || token.toString('base64url') !== text) return E.left(notAToken);
    const bytes = token.subarray(TAG, TAG + width);
    const ours = timingSafeEqual(token.subarray(0, TAG), this.#tag);
    return timingSafeEqual(token.subarray(TAG + width), this.#mac(bytes)) && ours
      ? E.right(positionOf(bytes))
      : E.left(foreign);
  }

  #mac(bytes: Buffer): Buffer {
    return createHmac('sha256', this.#key)
      .update(`writ position\0${this.logId}\0`)
      .update(bytes)
      .digest()
      .subarray(0, MAC);
  }
}
