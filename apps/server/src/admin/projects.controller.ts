import { Body, Controller, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import { MyPermissions, type Reader } from '#libs/authorization';
import type { CommandContext } from '#libs/event-store';
import { AccountId, branded, E, exactWith, OrganizationId, ProjectId, timestampOf, Visibility } from '#libs/kernel';
import { ChangeProject, CreateProject, MoveInProject, type ProjectChange, Projects } from '#libs/projects';
import { ForPerson, ForReader } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decode, decodeId } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { Name } from '../http/fields.js';
import { Lists, PageQuery } from '../http/list.js';
import { plainName } from '../http/plain-name.pipe.js';
import { Asked } from '../http/query.guard.js';
import { Context, Person, Reading } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers } from '../openapi/answers.js';
import { listOf, Permissions, Project as ProjectShape } from '../openapi/shapes.js';
import { projectView } from './views.js';

const Slug = branded('Slug', /^[a-z0-9][a-z0-9-]{1,62}$/u);
const Creation = exactWith({ name: Name }, { slug: Slug, visibility: Visibility });
const Change = exactWith({}, { name: Name, slug: Slug, visibility: Visibility, allowExternalCollaborators: t.boolean });

type Project = ReturnType<typeof projectView>;

@Controller('v1')
export class ProjectsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly projects: Projects,
    private readonly permissions: MyPermissions,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post('organizations/:organizationId/projects')
  @ForPerson()
  @Answers('Make a project', ProjectShape)
  async create(
    @Param('organizationId', decodeId(OrganizationId)) organizationId: OrganizationId,
    @Body(decode(Creation), plainName) { name, slug, visibility = 'private' }: t.TypeOf<typeof Creation>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Project> {
    const wanted = { name, slug, visibility };
    const done = await this.commands.execute(new CreateProject(context, by, organizationId, wanted));
    return this.settled.after(done, ({ id }) => this.show(id));
  }

  @Get('organizations/:organizationId/projects')
  @ForReader()
  @Answers('List projects of an organization', listOf(ProjectShape))
  list(
    @Param('organizationId', decodeId(OrganizationId)) organizationId: OrganizationId,
    @Asked(PageQuery) query: PageQuery,
    @Reading() reader: Reader,
  ) {
    const path = `/v1/organizations/${organizationId}/projects`;
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const page = this.projects.page(reader, organizationId, part.right, timestampOf(Date.now()));
    if (E.isLeft(page)) return page;
    return E.right(this.lists.body(path, query, { ...page.right, items: page.right.items.map(projectView) }));
  }

  @Get('projects/:projectId')
  @ForReader()
  @Answers('Read a project', ProjectShape, { etag: true })
  get(@Param('projectId', decodeId(ProjectId)) id: ProjectId, @Reading() reader: Reader) {
    const found = this.projects.get(reader, id, timestampOf(Date.now()));
    if (E.isLeft(found)) return found;
    const body = projectView(found.right);
    return E.right(reply(body, { etag: etagOf(found.right.changed, body), position: this.lists.position }));
  }

  @Patch('projects/:projectId')
  @ForPerson()
  @Answers('Change a project’s settings', ProjectShape)
  change(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Body(decode(Change), plainName) wanted: t.TypeOf<typeof Change>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Project> {
    return this.one(id, by, context, { type: 'settings', ...wanted });
  }

  @Post('projects/:projectId/archive')
  @ForPerson()
  @HttpCode(200)
  @Answers('Archive a project: its keys are refused', ProjectShape)
  archive(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Project> {
    return this.one(id, by, context, { type: 'archive', archived: true });
  }

  @Post('projects/:projectId/unarchive')
  @ForPerson()
  @HttpCode(200)
  @Answers('Take a project out of the archive', ProjectShape)
  unarchive(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Project> {
    return this.one(id, by, context, { type: 'archive', archived: false });
  }

  @Post('projects/:projectId/join')
  @ForPerson()
  @HttpCode(200)
  @Answers('Join an open project', ProjectShape)
  join(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Project> {
    return this.move(id, by, context, 'join');
  }

  @Post('projects/:projectId/leave')
  @ForPerson()
  @HttpCode(200)
  @Answers('Leave a project', ProjectShape)
  leave(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Project> {
    return this.move(id, by, context, 'leave');
  }

  @Get('projects/:projectId/my-permissions')
  @ForPerson()
  @Answers('Which actions you may do in a project', Permissions)
  myPermissions(@Param('projectId', decodeId(ProjectId)) id: ProjectId, @Person() person: AccountId) {
    const found = this.permissions.of(person, id, timestampOf(Date.now()));
    return E.isLeft(found) ? found : E.right(reply(found.right, { position: this.lists.position }));
  }

  private async move(id: ProjectId, by: AccountId, context: CommandContext, move: 'join' | 'leave'): Answer<Project> {
    return this.settled.after(await this.commands.execute(new MoveInProject(context, by, id, move)), () =>
      this.show(id),
    );
  }

  private async one(id: ProjectId, by: AccountId, context: CommandContext, change: ProjectChange): Answer<Project> {
    return this.settled.after(await this.commands.execute(new ChangeProject(context, by, id, change)), () =>
      this.show(id),
    );
  }

  private show(id: ProjectId) {
    return Promise.resolve(E.map(projectView)(this.projects.get('operator', id, timestampOf(Date.now()))));
  }
}
