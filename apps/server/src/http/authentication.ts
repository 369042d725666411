import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Credentials } from '#libs/api-keys';
import { keyIsDead, type LiveState } from '#libs/authorization';
import { AccountId, E, type OrganizationId, type Timestamp, timestampOf } from '#libs/kernel';
import { type Freshness } from '#libs/read-models';
import { type ServiceTokens } from '#libs/service-tokens';
import type { Caller, Credential } from './caller.js';
import type { PeopleByToken } from './oidc/people-by-token.js';
import { looksLikeToken } from './oidc/person-tokens.js';
import { Refused } from './refused.js';
import { sameSecret } from './same-secret.js';

/** The token that runs the place. */
export class OperatorToken {
  constructor(readonly secret: string) {}
}

const refused = () => new Refused({ _tag: 'Unauthenticated', credential: 'refused' });
const tooOld = () => new Refused({ _tag: 'StateTooOld' });
const cannotActAs = () => new Refused({ _tag: 'CannotActAs' });

const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/iu;
export const secretOf = ({ headers }: FastifyRequest): string | undefined =>
  bearer.exec(headers.authorization ?? '')?.[1];

/** Makes a caller of a request's credential, or throws a `Refused`. */
export class Authentication {
  constructor(
    private readonly operator: OperatorToken,
    private readonly tokens: ServiceTokens,
    private readonly credentials: Credentials,
    private readonly live: LiveState,
    private readonly freshness: Freshness,
    private readonly people: PeopleByToken,
  ) {}

  /** A promise only for a person's token, whose issuer may have to be asked. */
  caller(request: FastifyRequest): Caller | Promise<Caller> {
    const known = this.lookUp(request);
    if (known !== undefined && known !== 'pending') return known;
    const secret = secretOf(request);
    const refusal = known === 'pending' ? tooOld : refused;
    if (secret === undefined || !looksLikeToken(secret)) throw refusal();
    return this.personOfToken(secret, request, refusal);
  }

  /** Whom this server itself gave a credential; undefined for any other. */
  known(request: FastifyRequest): Caller | undefined {
    const found = this.lookUp(request);
    if (found === 'pending') throw tooOld();
    return found;
  }

  private lookUp(request: FastifyRequest): Caller | 'pending' | undefined {
    if (request.headers.authorization === undefined)
      throw new Refused({ _tag: 'Unauthenticated', credential: 'missing' });
    const secret = secretOf(request);
    const credential = secret === undefined ? undefined : this.find(secret);
    if (credential === undefined || credential === 'pending') return credential;
    const actAs = request.headers['writ-act-as'];
    return { credential, person: actAs === undefined ? null : this.person(credential, actAs) };
  }

  /** All that is no good is one `401` to whoever sent it; the request's line in the log says why. */
  private async personOfToken(token: string, request: FastifyRequest, refusal: () => Refused): Promise<Caller> {
    const found = await this.people.find(token, request.id);
    if (E.isLeft(found)) throw new Refused(found.left);
    const person = found.right;
    if ('refused' in person) {
      request.tokenRefused = person.refused;
      throw refusal();
    }
    const { provider, id } = person;
    const status = this.live.account(id)?.status ?? 'unknown';
    if (status !== 'active') {
      request.tokenRefused = `of an account that is ${status}`;
      throw refused();
    }
    if (request.headers['writ-act-as'] !== undefined) throw cannotActAs();
    return { credential: { type: 'person', provider }, person: id };
  }

  /** What a secret is, wherever it was sent; undefined for no good one. */
  credential(secret: string): Credential | undefined {
    const found = this.find(secret);
    if (found === 'pending') throw tooOld();
    return found;
  }

  /** `pending`: it may be a key that another system made, and what would tell has yet to come from the vault. */
  private find(secret: string): Credential | 'pending' | undefined {
    if (sameSecret(secret, this.operator.secret)) return { type: 'operator' };
    const digest = hash('sha256', secret, 'hex');
    const millis = Date.now();
    const now: Timestamp = timestampOf(millis);
    const token = this.tokens.live(digest, now);
    if (token !== undefined) return { type: 'service', token };
    // A state past its bound knows neither what was made nor what was revoked since: nobody is taken for good or bad.
    if (this.freshness.isStale()) throw tooOld();
    const { key, pending } = this.credentials.present(secret);
    if (pending) return 'pending';
    return key === undefined || keyIsDead(key, { now: millis, stale: false }) !== undefined
      ? undefined
      : { type: 'key', key };
  }

  private person(credential: Credential, actAs: string | string[]): AccountId {
    if (credential.type === 'key' || credential.type === 'person' || !AccountId.is(actAs)) throw cannotActAs();
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
