import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import type { CommandContext } from '#libs/event-store';
import { E, exactWith, notFound, OrganizationId, ServiceTokenId } from '#libs/kernel';
import { CreateServiceToken, RevokeServiceToken, Scope, ServiceTokens } from '#libs/service-tokens';
import { ForOperator } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decode, decodeId } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { atLeastOne, IsoTime, Name } from '../http/fields.js';
import { Lists, PageQuery } from '../http/list.js';
import { plainName } from '../http/plain-name.pipe.js';
import { Asked } from '../http/query.guard.js';
import { Context } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers, AnswersNothing } from '../openapi/answers.js';
import { listOf, NewServiceToken, ServiceToken as ServiceTokenShape } from '../openapi/shapes.js';
import { serviceTokenView } from './views.js';

const Creation = exactWith(
  { name: Name, scopes: atLeastOne(Scope, 'a list of at least one scope') },
  { expiresAt: t.union([IsoTime, t.null]), organizationIds: t.union([t.array(OrganizationId), t.null]) },
);

type ServiceToken = ReturnType<typeof serviceTokenView>;

@Controller('v1/service-tokens')
export class ServiceTokensController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tokens: ServiceTokens,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post()
  @ForOperator()
  @Answers('Make a service token; it is shown once', NewServiceToken)
  async create(
    @Body(decode(Creation), plainName) wanted: t.TypeOf<typeof Creation>,
    @Context() context: CommandContext,
  ): Answer<ServiceToken & { readonly token: string | null }> {
    const { name, scopes, expiresAt = null, organizationIds = null } = wanted;
    const done = await this.commands.execute(
      new CreateServiceToken(context, { name, scopes, expiresAt, organizationIds }),
    );
    return this.settled.after(done, async ({ id, token }) =>
      E.map((shown: ServiceToken) => ({ ...shown, token }))(await this.show(id)),
    );
  }

  @Get()
  @ForOperator()
  @Answers('List service tokens', listOf(ServiceTokenShape))
  list(@Asked(PageQuery) query: PageQuery) {
    const part = this.lists.part('/v1/service-tokens', query);
    if (E.isLeft(part)) return part;
    const page = this.tokens.page(part.right);
    return E.right(this.lists.body('/v1/service-tokens', query, { ...page, items: page.items.map(serviceTokenView) }));
  }

  @Get(':serviceTokenId')
  @ForOperator()
  @Answers('Read a service token', ServiceTokenShape, { etag: true })
  get(@Param('serviceTokenId', decodeId(ServiceTokenId)) id: ServiceTokenId) {
    const token = this.tokens.get(id);
    if (token === undefined) return E.left(notFound('service token'));
    const body = serviceTokenView(token);
    return E.right(reply(body, { etag: etagOf(token.changed, body), position: this.lists.position }));
  }

  @Delete(':serviceTokenId')
  @ForOperator()
  @HttpCode(204)
  @AnswersNothing('Revoke a service token, for good')
  async revoke(
    @Param('serviceTokenId', decodeId(ServiceTokenId)) id: ServiceTokenId,
    @Context() context: CommandContext,
  ): Answer<undefined> {
    return this.settled.nothing(await this.commands.execute(new RevokeServiceToken(context, id)));
  }

  private show(id: ServiceTokenId) {
    const token = this.tokens.get(id);
    return Promise.resolve(token === undefined ? E.left(notFound('service token')) : E.right(serviceTokenView(token)));
  }
}
