import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiKeys, type KeyDocument } from '#libs/api-keys';
import type { KeyFact } from '#libs/authorization';
import { type AccountId, E, notFound, type Timestamp, timestampOf } from '#libs/kernel';
import { Organizations } from '#libs/organizations';
import { Projects } from '#libs/projects';
import { ReadSide } from '#libs/read-models';
import { ForAnyone } from '../http/access.guard.js';
import { reply } from '../http/answer.js';
import { Authentication } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import type { Failure } from '../http/problem.catalogue.js';
import { Refused } from '../http/refused.js';
import { Answers } from '../openapi/answers.js';
import { KeyRefused, Whoami } from '../openapi/decision-shapes.js';
import { invalidApiKey, KeyHelp } from './client-errors.js';
import { Decisions } from './decisions.js';

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
    private readonly decisions: Decisions,
  ) {}

  @Get('whoami')
  @ForAnyone()
  @Answers('Whose key this is', Whoami, { key: true, besides: { 401: KeyRefused } })
  whoami(@Req() request: FastifyRequest) {
    const caller = this.caller(request);
    if (caller?.credential.type !== 'key') return E.right(this.refused());
    const { key } = caller.credential;
    this.decisions.presented(key);
    const now = timestampOf(Date.now());
    const [maker, organization, project] = [
      this.makerOf(key, now),
      this.organizations.get('operator', key.organizationId, now),
      this.projects.get('operator', key.projectId, now),
    ];
    if (E.isLeft(maker) || E.isLeft(organization) || E.isLeft(project)) return E.left(notFound('api key'));
    const body = {
      api_key_id: key.id,
      organization_id: key.organizationId,
      organization_name: organization.right.name,
      project_id: key.projectId,
      project_name: project.right.name,
      project_slug: project.right.slug,
      user_id: maker.right,
    };
    return E.right(reply(body, { position: this.readSide.position }));
  }

  /** A legacy key is nobody's in particular, and an imported one nobody's here (KEY-40). */
  private makerOf({ id, legacy }: KeyFact, now: Timestamp): E.Either<Failure, AccountId | null> {
    return legacy
      ? E.right(null)
      : E.map(({ createdBy }: KeyDocument) => createdBy)(this.keys.get('operator', id, now));
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
    const { status, headers, body } = invalidApiKey(this.help);
    return reply(body, { status, headers });
  }
}
