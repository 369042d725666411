import { setTimeout as delay } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { errors, type JWTVerifyGetKey } from 'jose';
import type { OidcIssuer } from '../../config-variables.js';
import { IssuerUnavailable, publishedKeys } from './published-keys.js';

/** All in ms. How long keys are taken for the issuer's: so long may one that it has withdrawn still be good here. */
const KEPT = 600_000;
/** At least so long between two looks, whatever unknown key ids come in. */
const PACE = 1_000;
/** How long an issuer that failed is left alone. */
const COOLDOWN = 5_000;

interface Kept {
  readonly keys: JWTVerifyGetKey;
  /** When the issuer was asked for them. */
  readonly askedAt: number;
}

/**
 * One issuer's signing keys. It is asked at the first token, again when they are ten minutes old, and for a key id that
 * is not among them; by one look at a time, for all who wait.
 */
export class IssuerKeys {
  private kept: Kept | undefined;
  private looking: Promise<void> | undefined;
  private failedAt = -Infinity;

  constructor(
    private readonly issuer: OidcIssuer,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly get: JWTVerifyGetKey = async (header, token) => {
    const arrived = this.now();
    const { keys, askedAt } = await this.askedSince(arrived - KEPT);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || askedAt >= arrived) throw error;
      // A key that was published since: a good token waits for it rather than be taken for a bad one.
      return (await this.askedSince(arrived)).keys(header, token);
    }
  };

  private async askedSince(moment: number): Promise<Kept> {
    for (;;) {
      if (this.kept !== undefined && this.kept.askedAt >= moment) return this.kept;
      await this.look();
    }
  }

  private look(): Promise<void> {
    if (this.now() - this.failedAt < COOLDOWN)
      return Promise.reject(new IssuerUnavailable('it failed a moment ago, and is left alone'));
    this.looking ??= this.ask().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async ask(): Promise<void> {
    if (this.kept !== undefined) await delay(Math.max(0, this.kept.askedAt + PACE - this.now()));
    const askedAt = this.now();
    try {
      this.kept = { keys: await publishedKeys(this.issuer), askedAt };
    } catch (cause) {
      this.failedAt = this.now();
      throw cause instanceof IssuerUnavailable ? cause : new IssuerUnavailable(whyOf(cause), { cause });
    }
  }
}

/** For the log: `fetch` hides the reason in a cause, and quotes no more than the address. */
const whyOf = (error: unknown): string => {
  const inner = isNativeError(error) && isNativeError(error.cause) ? error.cause : error;
  return isNativeError(inner) ? `it cannot be asked: ${inner.name}: ${inner.message}` : 'it cannot be asked';
};
