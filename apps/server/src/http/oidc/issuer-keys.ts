import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import * as t from 'io-ts';
import { E } from '#libs/kernel';
import { isTrustworthy, type OidcIssuer } from '../../config-variables.js';

/** The issuer can't be asked for its keys: nothing is known of the token, neither good nor bad. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

/** In ms: how long the issuer may take to answer, and how long one that failed is left alone. */
const PATIENCE = 5_000;
const COOLDOWN = 5_000;

/** OpenID Connect Discovery 1.0 §3: what is needed of it. */
const Metadata = t.type({ issuer: t.string, jwks_uri: t.string });

/**
 * One issuer's signing keys: found by discovery at the first token, then kept, and fetched anew for a key id that is not
 * among them (at most every 30 s, jose's own bound) and after ten minutes.
 */
export class IssuerKeys {
  private keys: JWTVerifyGetKey | undefined;
  private finding: Promise<JWTVerifyGetKey> | undefined;
  private failedAt = -Infinity;

  constructor(
    private readonly issuer: OidcIssuer,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly get: JWTVerifyGetKey = async (header, token) => {
    const keys = this.keys ?? (await this.find());
    return keys(header, token);
  };

  private find(): Promise<JWTVerifyGetKey> {
    if (this.now() - this.failedAt < COOLDOWN)
      return Promise.reject(new IssuerUnavailable(`issuer "${this.issuer.name}" failed a moment ago`));
    this.finding ??= this.discover()
      .catch((cause: unknown) => {
        this.failedAt = this.now();
        throw cause instanceof IssuerUnavailable
          ? cause
          : new IssuerUnavailable(`issuer "${this.issuer.name}" does not answer`, { cause });
      })
      .finally(() => {
        this.finding = undefined;
      });
    return this.finding;
  }

  private async discover(): Promise<JWTVerifyGetKey> {
    const { issuer, name } = this.issuer;
    const response = await fetch(`${issuer.replace(/\/$/u, '')}/.well-known/openid-configuration`, {
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
    const metadata = Metadata.decode(await response.json());
    // §4.3: the metadata of another issuer would let that one sign for this.
    if (E.isLeft(metadata) || metadata.right.issuer !== issuer || !isTrustworthy(metadata.right.jwks_uri))
      throw new IssuerUnavailable(`issuer "${name}" publishes no metadata of its own with keys behind https`);
    this.keys = createRemoteJWKSet(new URL(metadata.right.jwks_uri), { timeoutDuration: PATIENCE });
    return this.keys;
  }
}
