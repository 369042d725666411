import { applyDecorators, type CanActivate, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { type LiveState } from '#libs/authorization';
import type { Freshness } from '#libs/read-models';
import type { Scope } from '#libs/service-tokens';
import { asksOnly } from './asks-only.js';
import { type Authentication, confinementOf } from './authentication.js';
import type { Caller } from './caller.js';
import { Refused } from './refused.js';

/** Who a route is for. `operator` may also do what a scope may, and read what people may. */
export type Access =
  | { readonly for: 'anyone' }
  /** A proxy, whose token is in a header of its own: `Authorization` has its caller's key. The route looks at both. */
  | { readonly for: 'proxy' }
  | { readonly for: 'operator' }
  | { readonly for: 'scope'; readonly scope: Scope }
  | { readonly for: 'person' }
  | { readonly for: 'reader' }
  | { readonly for: 'person-or-operator' }
  | { readonly for: 'person-or-scope'; readonly scope: Scope };

const ACCESS = 'writ:access';
const access = (value: Access) => applyDecorators(SetMetadata(ACCESS, value));

/** Whom a route's handler is for. */
export const accessOf = (handler: object): Access =>
  // A route that says nothing is nobody's.
  (Reflect.getMetadata(ACCESS, handler) as Access | undefined) ?? { for: 'operator' };

export const ForAnyone = () => access({ for: 'anyone' });
export const ForProxy = () => access({ for: 'proxy' });
export const ForOperator = () => access({ for: 'operator' });
export const ForScope = (scope: Scope) => access({ for: 'scope', scope });
/** A person, whom the matrix judges. */
export const ForPerson = () => access({ for: 'person' });
/** A person, whom the matrix judges; or the operator, who may read what is there. */
export const ForReader = () => access({ for: 'reader' });
/** A person for some of what it does, and the operator for the rest: the route tells which. */
export const ForPersonOrOperator = () => access({ for: 'person-or-operator' });
export const ForPersonOr = (scope: Scope) => access({ for: 'person-or-scope', scope });

const forbidden = (action: string, detail: string) => new Refused({ _tag: 'Forbidden', action, detail });

export const hasScope = ({ credential, person }: Caller, scope: Scope): boolean =>
  person === null &&
  (credential.type === 'operator' || (credential.type === 'service' && credential.token.scopes.includes(scope)));

/** Lets a caller in to the kind of route it is. What they may do there is decided by the command or the query. */
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: Authentication,
    private readonly live: LiveState,
    private readonly freshness: Freshness,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const wanted = accessOf(context.getHandler());
    if (wanted.for === 'anyone' || wanted.for === 'proxy') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest<{ Params: Record<string, string> }>>();
    const caller = this.authentication.caller(request);
    const letIn = (known: Caller): boolean => {
      request.caller = known;
      this.refuseStale(known, request.method, context);
      this.admit(known, wanted);
      this.confine(known, request.params);
      return true;
    };
    return caller instanceof Promise ? caller.then(letIn) : letIn(caller);
  }

  /**
   * While the state is past its bound, whatever reads it answers `503`: so that nobody takes a good key for a bad one, or
   * a token that was revoked for a good one. A decision says so itself, and the operator's commands ask only the log.
   */
  private refuseStale({ credential }: Caller, method: string, context: ExecutionContext): void {
    if (!this.freshness.isStale() || asksOnly(this.reflector, context)) return;
    if (credential.type === 'operator' && method !== 'GET' && method !== 'HEAD') return;
    throw new Refused({ _tag: 'StateTooOld' });
  }

  private admit(caller: Caller, wanted: Access): void {
    const { credential, person } = caller;
    switch (wanted.for) {
      case 'operator':
        if (credential.type === 'operator' && person === null) return;
        throw forbidden(
          'operator',
          'This is the operator’s alone: call with the operator token, and without Writ-Act-As.',
        );
      case 'scope':
        if (hasScope(caller, wanted.scope)) return;
        throw forbidden(`scope:${wanted.scope}`, `Call with a service token that has the scope "${wanted.scope}".`);
      case 'person':
        if (person !== null) return;
        throw forbidden('act-as', 'This is for a person: name them in Writ-Act-As.');
      case 'reader':
      case 'person-or-operator':
        if (person !== null || credential.type === 'operator') return;
        throw forbidden('act-as', 'This is for a person: name them in Writ-Act-As.');
      case 'person-or-scope':
        if (person !== null || hasScope(caller, wanted.scope)) return;
        throw forbidden(
          `scope:${wanted.scope}`,
          `Name a person in Writ-Act-As, or call with a service token that has the scope "${wanted.scope}".`,
        );
      case 'anyone':
      case 'proxy':
    }
  }

  /** A token of some organizations finds nothing in others: not found, as anything of another tenant. */
  private confine(caller: Caller, params: Readonly<Record<string, string>>): void {
    const organizations = confinementOf(caller);
    if (organizations === null) return;
    const { organizationId, projectId, keyId } = params;
    const key = keyId === undefined ? undefined : this.live.key(keyId);
    const inProject = this.live.project(projectId ?? key?.projectId ?? '')?.organizationId;
    const named = organizationId ?? inProject;
    const asks = organizationId !== undefined || projectId !== undefined || keyId !== undefined;
    if (asks && !organizations.some((id) => id === named)) throw new Refused({ _tag: 'NotFound' });
  }
}
