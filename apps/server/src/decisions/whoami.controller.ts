import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiKeys } from '#libs/api-keys';
import { E, notFound, timestampOf } from '#libs/kernel';
import { Organizations } from '#libs/organizations';
import { Projects } from '#libs/projects';
import { ReadSide } from '#libs/read-models';
import { ForAnyone } from '../http/access.guard.js';
import { reply } from '../http/answer.js';
import { Authentication } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { Refused } from '../http/refused.js';
import { Answers } from '../openapi/answers.js';
import { KeyRefused, Whoami } from '../openapi/decision-shapes.js';

/** Where the holder of a bad key is sent for a good one; null for nowhere. */
export class KeyHelp {
  constructor(readonly url: string | null) {}
}

/** The caller's own key, in the spelling that its clients know (KEY-40, AMB-14). */
@Controller('v1')
export class WhoamiController {
  constructor(
    private readonly authentication: Authentication,
    private readonly keys: ApiKeys,
    private readonly organizations: Organizations,
    private readonly projects: Projects,
    private readonly readSide: ReadSide,
    private readonly help: KeyHelp,
  ) {}

  @Get('whoami')
  @ForAnyone()
  @Answers('Whose key this is', Whoami, { key: true, besides: { 401: KeyRefused } })
  whoami(@Req() request: FastifyRequest) {
    const caller = this.caller(request);
    if (caller?.credential.type !== 'key') return E.right(this.refused());
    const { key } = caller.credential;
    const now = timestampOf(Date.now());
    const [document, organization, project] = [
      this.keys.get('operator', key.id, now),
      this.organizations.get('operator', key.organizationId, now),
      this.projects.get('operator', key.projectId, now),
    ];
    if (E.isLeft(document) || E.isLeft(organization) || E.isLeft(project)) return E.left(notFound('api key'));
    const body = {
      api_key_id: key.id,
      organization_id: key.organizationId,
      organization_name: organization.right.name,
      project_id: key.projectId,
      project_name: project.right.name,
      project_slug: project.right.slug,
      user_id: document.right.createdBy,
    };
    return E.right(reply(body, { position: this.readSide.position }));
  }

  /** Unknown, revoked, expired or missing: the holder of a key is told one and the same (ERR-04, AMB-20). */
  private caller(request: FastifyRequest): Caller | undefined {
    try {
      return this.authentication.known(request);
    } catch (thrown) {
      if (thrown instanceof Refused && thrown.failure._tag === 'Unauthenticated') return undefined;
      throw thrown;
    }
  }

  /** ERR-02's body. */
  private refused() {
    const where = this.help.url === null ? '' : ` You can find your API key at ${this.help.url}.`;
    const message = `Invalid API key provided.${where}`;
    return reply({ error: { message, type: 'invalid_request_error', param: null, code: 'invalid_api_key' } } as const, {
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
}
