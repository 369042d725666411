import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import type { CommandContext } from '#libs/event-store';
import { E, exactWith, ProjectId, timestampOf } from '#libs/kernel';
import { RegisterResource, RemoveResource, ResourceId, Resources } from '#libs/resources';
import { ForPersonOr } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import type { Caller } from '../http/caller.js';
import { decodeId, decodeIfAny, decodeParam } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { Limit, Name } from '../http/fields.js';
import { Lists, PageQuery } from '../http/list.js';
import { plainName } from '../http/plain-name.pipe.js';
import { Asked } from '../http/query.guard.js';
import { Calling, Context } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers, AnswersNothing } from '../openapi/answers.js';
import { Resource, ResourceKind } from '../openapi/resource-shapes.js';
import { listOf } from '../openapi/shapes.js';
import { resourceView } from './views.js';

const Registration = exactWith({}, { name: t.union([Name, t.null]) });
const KindQuery = exactWith({ limit: Limit }, { cursor: t.string, kind: ResourceKind });
type KindQuery = t.TypeOf<typeof KindQuery>;

const ofProject = Param('projectId', decodeId(ProjectId));
const ofKind = Param('kind', decodeParam('kind', ResourceKind));
const ofId = Param('resourceId', decodeId(ResourceId));

/** Which resource is which project's, as the services that make them say it: by the scope `resources`, or for a person (RES-08). */
@Controller('v1/projects/:projectId/resources')
export class ResourcesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly resources: Resources,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Put(':kind/:resourceId')
  @ForPersonOr('resources')
  @Answers('Register a resource as one of this project, or rename it', Resource, { conditional: true })
  async register(
    @ofProject projectId: ProjectId,
    @ofKind kind: string,
    @Param('resourceId', decodeParam('resourceId', ResourceId)) id: ResourceId,
    @Body(decodeIfAny(Registration), plainName) { name }: t.TypeOf<typeof Registration>,
    @Calling() { person }: Caller,
    @Context() context: CommandContext,
  ): Answer<ReturnType<typeof resourceView>> {
    const which = { projectId, kind, id };
    const done = await this.commands.execute(new RegisterResource(context, person, which, name));
    const show = () => Promise.resolve(E.map(resourceView)(this.resources.get(null, which, timestampOf(Date.now()))));
    return this.settled.after(done, show);
  }

  @Delete(':kind/:resourceId')
  @ForPersonOr('resources')
  @HttpCode(204)
  @AnswersNothing('Remove a resource from the registry; its id is free again')
  async remove(
    @ofProject projectId: ProjectId,
    @ofKind kind: string,
    @ofId id: ResourceId,
    @Calling() { person }: Caller,
    @Context() context: CommandContext,
  ): Answer<undefined> {
    const which = { projectId, kind, id };
    return this.settled.nothing(await this.commands.execute(new RemoveResource(context, person, which)));
  }

  @Get(':kind/:resourceId')
  @ForPersonOr('resources')
  @Answers('Read a resource', Resource, { etag: true })
  get(@ofProject projectId: ProjectId, @ofKind kind: string, @ofId id: ResourceId, @Calling() { person }: Caller) {
    const found = this.resources.get(person, { projectId, kind, id }, timestampOf(Date.now()));
    if (E.isLeft(found)) return found;
    const body = resourceView(found.right);
    return E.right(reply(body, { etag: etagOf(found.right.changed, body), position: this.lists.position }));
  }

  @Get()
  @ForPersonOr('resources')
  @Answers('List resources of a project', listOf(Resource))
  list(@ofProject projectId: ProjectId, @Asked(KindQuery) query: KindQuery, @Calling() { person }: Caller) {
    return this.page(`/v1/projects/${projectId}/resources`, projectId, query, { query, person });
  }

  @Get(':kind')
  @ForPersonOr('resources')
  @Answers('List resources of one kind in a project', listOf(Resource))
  listOfKind(
    @ofProject projectId: ProjectId,
    @ofKind kind: string,
    @Asked(PageQuery) query: PageQuery,
    @Calling() { person }: Caller,
  ) {
    return this.page(`/v1/projects/${projectId}/resources/${kind}`, projectId, { kind }, { query, person });
  }

  private page(
    path: string,
    projectId: ProjectId,
    { kind }: { readonly kind?: string | undefined },
    { query, person }: { readonly query: PageQuery; readonly person: Caller['person'] },
  ) {
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const page = this.resources.page(person, { projectId, kind }, part.right, timestampOf(Date.now()));
    if (E.isLeft(page)) return page;
    return E.right(this.lists.body(path, query, { ...page.right, items: page.right.items.map(resourceView) }));
  }
}
