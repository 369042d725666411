import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import * as t from 'io-ts';
import { type ExposedSecret, Exposures } from '#libs/audit';
import { Credentials } from '#libs/api-keys';
import { type KeyFact, LiveState, mayRead } from '#libs/authorization';
import { E, exact, notFound, timestampOf } from '#libs/kernel';
import { ForPersonOr, ForScope } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { AsksOnly } from '../http/asks-only.js';
import { IsBounded } from '../http/bounded.interceptor.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { PositionTokens } from '../http/position-token.js';
import type { Failure } from '../http/problem.catalogue.js';
import { Asked } from '../http/query.guard.js';
import { Calling } from '../http/request.decorators.js';
import { Answers } from '../openapi/answers.js';
import { Exposure } from '../openapi/exposure-shapes.js';
import { AuditAccess, type Within } from './audit-access.js';
import { Moments } from './moments.js';
import { Sights } from './sight.js';

const ByKey = exact({ apiKeyId: t.string });
const BySecret = exact({ secret: t.string });

const noKey = E.left(notFound('api key'));

/** Of a key that leaked: since when and until when it was good, what it could do, and where it is refused by now. */
@Controller('v1/audit/exposure')
export class ExposureController {
  constructor(
    private readonly exposures: Exposures,
    private readonly credentials: Credentials,
    private readonly moments: Moments,
    private readonly access: AuditAccess,
    private readonly sights: Sights,
    private readonly live: LiveState,
    private readonly tokens: PositionTokens,
  ) {}

  @Get()
  @ForPersonOr('audit')
  @IsBounded('question')
  @Answers('Read how far a key that leaked was exposed', Exposure)
  async ofKey(
    @Asked(ByKey) { apiKeyId }: t.TypeOf<typeof ByKey>,
    @Calling() caller: Caller,
  ): Answer<t.TypeOf<typeof Exposure>> {
    const within = this.access.ofKey(caller, apiKeyId);
    if (E.isLeft(within)) return within;
    const key = this.live.key(apiKeyId);
    return key === undefined || !this.maySee(caller, key)
      ? noKey
      : this.exposure(key, { caller, within: within.right });
  }

  /** In the body, so that it is in nobody's log. Whoever found a secret has nothing else; whose it is, a person is not told by it. */
  @Post()
  @ForScope('audit')
  @IsBounded('question')
  @AsksOnly()
  @HttpCode(200)
  @Answers('Read how far the key of a leaked secret was exposed', Exposure)
  async ofSecret(
    @Body(decode(BySecret)) { secret }: t.TypeOf<typeof BySecret>,
    @Calling() caller: Caller,
  ): Answer<t.TypeOf<typeof Exposure>> {
    const within = this.access.of(caller, undefined);
    if (E.isLeft(within)) return within;
    const { key, pending } = this.credentials.present(secret);
    // What can't be looked up yet is not unknown.
    if (pending) return E.left<Failure>({ _tag: 'StateTooOld' });
    return key === undefined ? noKey : this.exposure(key, { caller, within: within.right }, key.replaced?.position);
  }

  /** A legacy key is its owner's to know of (KEY-29), and nobody else's of the organization. */
  private maySee({ person }: Caller, { legacy, organizationId }: KeyFact): boolean {
    if (!legacy || person === null) return true;
    const place = { type: 'organization', id: organizationId } as const;
    return mayRead(this.live, person, { action: 'legacy-key:read', place, now: timestampOf(Date.now()) }) === undefined;
  }

  private async exposure(
    { id, organizationId, projectId, legacy }: KeyFact,
    { caller, within }: { readonly caller: Caller; readonly within: Within },
    replaced: bigint | null = null,
  ): Answer<t.TypeOf<typeof Exposure>> {
    if (within !== null && !within.includes(organizationId)) return noKey;
    const instant = await this.moments.instant(undefined);
    if (E.isLeft(instant)) return instant;
    const { position, now } = instant.right;
    const sight = this.sights.of(caller, within, legacy ? undefined : projectId);
    const found = await this.exposures.of({ keyId: id, replaced, position, now }, sight);
    if (E.isLeft(found)) return found;
    if (found.right === undefined) return noKey;
    const { secret, secrets, ...exposure } = found.right;
    const body = { ...exposure, ...this.shown(secret), secrets: secrets?.map((each) => this.shown(each)) ?? null };
    return E.right(reply(body, { position }));
  }

  private shown({ secretVersion, from, to, refused }: ExposedSecret) {
    const token = (position: bigint | null) => (position === null ? null : this.tokens.encode(position));
    return {
      secretVersion,
      liveFrom: { at: from.at, position: this.tokens.encode(from.position) },
      liveTo: to && { ...to, position: token(to.position) },
      refused: refused && {
        ...refused,
        position: token(refused.position),
        nodes: refused.nodes.map(({ node, position, at, reports, refuses }) => ({
          node,
          position: token(position),
          at: timestampOf(at),
          reports,
          refuses,
        })),
      },
    };
  }
}
