import { decodeJwt, errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose';
import { E } from '#libs/kernel';
import type { OidcIssuer } from '../../config-variables.js';
import { IssuerKeys } from './issuer-keys.js';

/** Who a token speaks of, as its issuer has signed it. */
export interface TokenPerson {
  /** The configured issuer's name: what an account's `provider` is. */
  readonly provider: string;
  readonly subject: string;
  /** Null where the issuer does not say that it has verified it. */
  readonly email: string | null;
}

export type TokenFailure =
  /** `why` for the log alone: one of a few fixed texts, and nothing of the token's own. */
  | { readonly _tag: 'TokenRefused'; readonly why: string }
  /** `issuer` by its name, and why, for the log alone. */
  | { readonly _tag: 'IssuerUnavailable'; readonly issuer: string; readonly cause: string };

/** Asymmetric ones alone: with a shared secret whoever checks a token could make one (RFC 8725 §3.1). */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Id and access tokens; a token of any other kind is no login, whoever signed it (RFC 8725 §3.11, RFC 9068 §2.1). */
const kinds: ReadonlySet<unknown> = new Set(['jwt', 'at+jwt', 'application/at+jwt', 'application/jwt']);

/** In seconds: how far clocks may be apart. */
const SKEW = 60;

const jwt = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/u;
export const looksLikeToken = (secret: string): boolean => jwt.test(secret);

const namesAudience = ({ aud }: JWTPayload, audience: string): boolean =>
  Array.isArray(aud) ? aud.includes(audience) : aud === audience;

/** The tokens of people: OIDC id and access tokens of the configured issuers, and of no other. */
export class PersonTokens {
  private readonly issuers: ReadonlyArray<{ readonly issuer: OidcIssuer; readonly keys: IssuerKeys }>;

  constructor(issuers: ReadonlyArray<OidcIssuer>) {
    this.issuers = issuers.map((issuer) => ({ issuer, keys: new IssuerKeys(issuer) }));
  }

  async verify(token: string): Promise<E.Either<TokenFailure, TokenPerson>> {
    const claimed = this.issuerOf(token);
    if (claimed === undefined) return refused('of no issuer and audience that are configured');
    const { issuer, keys } = claimed;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys.get, {
        algorithms,
        issuer: issuer.issuer,
        audience: issuer.audience,
        clockTolerance: SKEW,
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      return isLogin(protectedHeader, payload)
        ? personOf(issuer.name, payload)
        : refused('of a kind that is no login, or issued in the future');
    } catch (error) {
      if (isFaultOfToken(error)) return refused(whyOf(error));
      const cause = error instanceof Error ? error.message : '';
      return E.left({ _tag: 'IssuerUnavailable', issuer: issuer.name, cause });
    }
  }

  /** Read unverified, only to know whose keys to try. */
  private issuerOf(token: string) {
    try {
      const claims = decodeJwt(token);
      return this.issuers.find(({ issuer }) => issuer.issuer === claims.iss && namesAudience(claims, issuer.audience));
    } catch {
      return undefined;
    }
  }
}

const refused = (why: string): E.Either<TokenFailure, never> => E.left({ _tag: 'TokenRefused', why });

/** jose's own code for it, and which claim: the names of registered ones, and never a value. */
const whyOf = (error: errors.JOSEError): string => {
  const isOfClaim = error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired;
  return isOfClaim ? `${error.code} ${error.claim}` : error.code;
};

/** Whatever jose refuses is the token's own fault, but for keys that it can't use: those are the issuer's. */
const isFaultOfToken = (error: unknown): error is errors.JOSEError =>
  error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid);

/**
 * `events`: it tells of something that happened, a logout say (RFC 8417 §2.2). `cnf`: it is good only with a proof of
 * possession, which nobody here asks for, so whoever took it from its owner could use it (RFC 9449 §7.2).
 */
const isLogin = ({ typ = 'JWT' }: JWTHeaderParameters, { iat = 0, events, cnf }: JWTPayload): boolean =>
  kinds.has(typeof typ === 'string' ? typ.toLowerCase() : typ) &&
  iat <= Date.now() / 1000 + SKEW &&
  events === undefined &&
  cnf === undefined;

const personOf = (provider: string, payload: JWTPayload): E.Either<TokenFailure, TokenPerson> => {
  const { sub: subject, email, email_verified: isVerified } = payload;
  if (typeof subject !== 'string' || subject === '' || subject.length > 255) return refused('without a subject');
  return E.right({ provider, subject, email: isVerified === true && typeof email === 'string' ? email : null });
};
