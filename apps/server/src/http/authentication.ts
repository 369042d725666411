import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { classify } from '#libs/api-keys';
import { keyIsDead, type LiveState } from '#libs/authorization';
import { AccountId, type OrganizationId, type Timestamp, timestampOf } from '#libs/kernel';
import { type Freshness } from '#libs/read-models';
import { type ServiceTokens } from '#libs/service-tokens';
import type { Caller, Credential } from './caller.js';
import { Refused } from './refused.js';
import { sameSecret } from './same-secret.js';

/** The token that runs the place. */
export class OperatorToken {
  constructor(readonly secret: string) {}
}

const cannotActAs = () => new Refused({ _tag: 'CannotActAs' });

const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/iu;

/** Makes a caller of a request's credential, or throws a `Refused`. */
export class Authentication {
  constructor(
    private readonly operator: OperatorToken,
    private readonly tokens: ServiceTokens,
    private readonly live: LiveState,
    private readonly freshness: Freshness,
  ) {}

  caller({ headers }: FastifyRequest): Caller {
    const { authorization } = headers;
    if (authorization === undefined) throw new Refused({ _tag: 'Unauthenticated', credential: 'missing' });
    const secret = bearer.exec(authorization)?.[1];
    const credential = secret === undefined ? undefined : this.credential(secret);
    if (credential === undefined) throw new Refused({ _tag: 'Unauthenticated', credential: 'refused' });
    const actAs = headers['writ-act-as'];
    return { credential, person: actAs === undefined ? null : this.person(credential, actAs) };
  }

  private credential(secret: string): Credential | undefined {
    if (sameSecret(secret, this.operator.secret)) return { type: 'operator' };
    const digest = hash('sha256', secret, 'hex');
    const millis = Date.now();
    const now: Timestamp = timestampOf(millis);
    const token = this.tokens.live(digest, now);
    if (token !== undefined) return { type: 'service', token };
    // A state past its bound knows neither what was made nor what was revoked since: nobody is taken for good or bad.
    if (this.freshness.isStale()) throw new Refused({ _tag: 'StateTooOld' });
    if (classify(secret) === 'wrong-checksum') return undefined;
    const key = this.live.keyByDigest(digest);
    return key === undefined || keyIsDead(key, { now: millis, stale: false }) !== undefined
      ? undefined
      : { type: 'key', key };
  }

  private person(credential: Credential, actAs: string | string[]): AccountId {
    if (credential.type === 'key' || !AccountId.is(actAs)) throw cannotActAs();
    if (this.live.account(actAs)?.status !== 'active') throw cannotActAs();
    if (credential.type === 'operator') return actAs;
    const { scopes, organizationIds } = credential.token;
    const home = this.live.membership(actAs)?.current?.organizationId;
    const inside = organizationIds === null || (home !== undefined && organizationIds.includes(home));
    if (!scopes.includes('act-as') || !inside) throw cannotActAs();
    return actAs;
  }
}

/** The organizations that a credential is confined to; null for all of them. */
export const confinementOf = ({ credential }: Caller): ReadonlyArray<OrganizationId> | null =>
  credential.type === 'service' ? credential.token.organizationIds : null;
