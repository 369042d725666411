import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Decision } from '#libs/authorization';
import { E } from '#libs/kernel';
import { Freshness, ReadSide } from '#libs/read-models';
import { ForProxy, hasScope } from '../http/access.guard.js';
import { reply } from '../http/answer.js';
import { Authentication, confinementOf, secretOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { TakesAnyQuery } from '../http/query.guard.js';
import { Refused } from '../http/refused.js';
import { Answers } from '../openapi/answers.js';
import { Admitted, KeyDenied, KeyRefused } from '../openapi/decision-shapes.js';
import { clientErrorOf, invalidApiKey, KeyHelp, permissionDenied } from './client-errors.js';
import { Decisions } from './decisions.js';
import { onlyHeader, questionOfProxy } from './proxy-question.js';

/** Nobody between may keep an answer: it holds for this moment. */
const uncached = { 'cache-control': 'no-store' };

/**
 * "May this request pass?", asked by a proxy for its caller. `401` and `403` speak of the caller's key alone, as proxies hand them on;
 * whatever the proxy itself got wrong is `400`.
 */
@Controller('v1')
export class ForwardAuthController {
  constructor(
    private readonly authentication: Authentication,
    private readonly decisions: Decisions,
    private readonly freshness: Freshness,
    private readonly readSide: ReadSide,
    private readonly help: KeyHelp,
  ) {}

  @Get('forward-auth')
  @ForProxy()
  @TakesAnyQuery()
  @Answers<Admitted, KeyRefused | KeyDenied>('Ask, as a proxy, whether a request may pass', Admitted, {
    headers: {
      'X-Writ-Api-Key-Id': 'ApiKeyId',
      'X-Writ-Project-Id': 'ProjectId',
      'X-Writ-Organization-Id': 'OrganizationId',
    },
    besides: { 401: KeyRefused, 403: KeyDenied },
  })
  ask(@Req() request: FastifyRequest) {
    const proxy = this.proxy(request);
    const asked = questionOfProxy(request.raw.headersDistinct);
    if (E.isLeft(asked)) return asked;
    const secret = request.raw.headersDistinct.authorization?.length === 1 ? secretOf(request) : undefined;
    if (secret === undefined) return E.right(this.refused());
    return this.answered(
      this.decisions.decide({ about: { credential: secret }, ...asked.right }, confinementOf(proxy)),
    );
  }

  private proxy({ raw: { headersDistinct } }: FastifyRequest): Caller {
    const token = onlyHeader(headersDistinct, 'x-writ-token');
    const credential = token === undefined ? undefined : this.authentication.credential(token);
    const proxy = credential && { credential, person: null };
    if (proxy === undefined || !hasScope(proxy, 'decisions')) throw new Refused({ _tag: 'BadProxyToken' });
    if (this.freshness.isStale()) throw new Refused({ _tag: 'StateTooOld' });
    return proxy;
  }

  private answered({ decision, reason, principal }: Decision) {
    if (!decision) {
      if (reason === 'state-too-old') return E.left({ _tag: 'StateTooOld' } as const);
      return E.right(clientErrorOf(reason, this.help).status === 401 ? this.refused() : denied());
    }
    // A secret is a key's, and what is allowed has a principal.
    if (principal.type !== 'api_key') return E.right(denied());
    const { id: apiKeyId, projectId, organizationId } = principal;
    const headers = {
      ...uncached,
      'x-writ-api-key-id': apiKeyId,
      'x-writ-project-id': projectId,
      'x-writ-organization-id': organizationId,
    };
    return E.right(reply({ apiKeyId, projectId, organizationId }, { position: this.readSide.position, headers }));
  }

  private refused() {
    const { status, headers, body } = invalidApiKey(this.help);
    return reply(body, { status, headers: { ...headers, ...uncached } });
  }
}

const denied = () => reply(permissionDenied.body, { status: permissionDenied.status, headers: uncached });
