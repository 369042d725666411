import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import { ApiKeys, CreateKey, type KeyMade, RevokeKey, RotateKey, UpdateKey } from '#libs/api-keys';
import type { Reader } from '#libs/authorization';
import type { CommandContext } from '#libs/event-store';
import { AccountId, ApiKeyId, E, exactWith, ProjectId, timestampOf } from '#libs/kernel';
import { ForPerson, ForReader } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decode, decodeId, decodeIfAny } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { IsoTime, Name, OverlapSeconds } from '../http/fields.js';
import { type ListBody, Lists, PageQuery } from '../http/list.js';
import { plainName } from '../http/plain-name.pipe.js';
import type { Failure } from '../http/problem.catalogue.js';
import { Asked } from '../http/query.guard.js';
import { Context, Person, Reading } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers, AnswersNothing } from '../openapi/answers.js';
import { ApiKey as ApiKeyShape, NewApiKey } from '../openapi/key-shapes.js';
import { listOf } from '../openapi/shapes.js';
import { type ApiKey, ShownKeys } from './shown-keys.js';
import { keyView } from './views.js';

const Expiry = t.union([IsoTime, t.null]);
const Creation = exactWith({ name: Name }, { expiresAt: Expiry });
const Rotation = exactWith({}, { overlapSeconds: OverlapSeconds });
const Change = exactWith({}, { name: Name, expiresAt: Expiry });

@Controller('v1')
export class ApiKeysController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: ApiKeys,
    private readonly shown: ShownKeys,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post('projects/:projectId/api-keys')
  @ForPerson()
  @Answers('Make an API key; its secret is shown once', NewApiKey)
  async create(
    @Param('projectId', decodeId(ProjectId)) projectId: ProjectId,
    @Body(decode(Creation), plainName) { name, expiresAt = null }: t.TypeOf<typeof Creation>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<ApiKey & { readonly secret: string | null }> {
    const done = await this.commands.execute(new CreateKey(context, by, projectId, name, expiresAt));
    return this.made(done);
  }

  @Get('projects/:projectId/api-keys')
  @ForReader()
  @Answers('List API keys of a project', listOf(ApiKeyShape))
  async list(
    @Param('projectId', decodeId(ProjectId)) projectId: ProjectId,
    @Asked(PageQuery) query: PageQuery,
    @Reading() reader: Reader,
  ): Answer<ListBody<ApiKey>> {
    const path = `/v1/projects/${projectId}/api-keys`;
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const page = this.keys.page(reader, projectId, part.right, timestampOf(Date.now()));
    if (E.isLeft(page)) return page;
    return E.right(this.lists.body(path, query, { ...page.right, items: await this.shown.all(page.right.items) }));
  }

  @Get('api-keys/:keyId')
  @ForReader()
  @Answers('Read an API key', ApiKeyShape, { etag: true })
  async get(@Param('keyId', decodeId(ApiKeyId)) id: ApiKeyId, @Reading() reader: Reader): Answer<ApiKey> {
    const found = this.keys.get(reader, id, timestampOf(Date.now()));
    if (E.isLeft(found)) return found;
    const body = await this.shown.one(found.right);
    return E.right(reply(body, { etag: etagOf(found.right.changed, body), position: this.lists.position }));
  }

  @Patch('api-keys/:keyId')
  @ForPerson()
  @Answers('Rename an API key, or change when it expires', ApiKeyShape)
  async change(
    @Param('keyId', decodeId(ApiKeyId)) id: ApiKeyId,
    @Body(decode(Change), plainName) wanted: t.TypeOf<typeof Change>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<ApiKey> {
    return this.settled.after(await this.commands.execute(new UpdateKey(context, by, id, wanted)), () => this.show(id));
  }

  @Post('api-keys/:keyId/rotate')
  @ForPerson()
  @Answers('Put another API key in the place of this one; its secret is shown once', NewApiKey)
  async rotate(
    @Param('keyId', decodeId(ApiKeyId)) id: ApiKeyId,
    @Body(decodeIfAny(Rotation)) { overlapSeconds = 0 }: t.TypeOf<typeof Rotation>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<ApiKey & { readonly secret: string | null }> {
    const done = await this.commands.execute(new RotateKey(context, by, id, overlapSeconds));
    return this.made(done);
  }

  @Delete('api-keys/:keyId')
  @ForPerson()
  @HttpCode(204)
  @AnswersNothing('Revoke an API key, for good')
  async revoke(
    @Param('keyId', decodeId(ApiKeyId)) id: ApiKeyId,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<undefined> {
    return this.settled.nothing(await this.commands.execute(new RevokeKey(context, by, id)));
  }

  private made(done: E.Either<Failure, KeyMade>): Answer<ApiKey & { readonly secret: string | null }> {
    return this.settled.afterOrAsMade(
      done,
      async ({ id, secret }) => E.map((key: ApiKey) => ({ ...key, secret }))(await this.show(id)),
      ({ key, secret }) => (key === null ? undefined : { ...keyView(key), secret }),
    );
  }

  private async show(id: ApiKeyId) {
    const found = this.keys.get('operator', id, timestampOf(Date.now()));
    return E.isLeft(found) ? found : E.right(await this.shown.one(found.right));
  }
}
