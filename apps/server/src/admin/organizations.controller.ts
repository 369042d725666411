import { Body, Controller, Get, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import { LegacyKeys } from '#libs/api-keys';
import type { Reader } from '#libs/authorization';
import type { CommandContext } from '#libs/event-store';
import { AccountId, E, exact, exactWith, MembershipMethod, OrganizationId, timestampOf } from '#libs/kernel';
import {
  CreateOrganization,
  type OrganizationDocument,
  OperateOrganization,
  Organizations,
  TransferOwnership,
  UpdateOrganization,
} from '#libs/organizations';
import { ForOperator, ForPerson, ForReader } from '../http/access.guard.js';
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
import { listOf, Organization as OrganizationShape } from '../openapi/shapes.js';
import { organizationView } from './views.js';

const Named = exact({ name: Name });
const Privacy = exactWith({}, { storePrompts: t.boolean, trainingOptIn: t.boolean, passthroughModels: t.boolean });
const Change = exactWith({}, { name: Name, privacy: Privacy });
const NewOwner = exact({ accountId: AccountId });
const Features = exactWith(
  {},
  { multiProject: t.boolean, externalCollaborators: t.boolean, invitations: t.boolean, requireJoin: t.boolean },
);
const Method = exact({ method: MembershipMethod });

type Organization = ReturnType<typeof organizationView>;
type Operation = ConstructorParameters<typeof OperateOrganization>[2];

@Controller('v1/organizations')
export class OrganizationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly organizations: Organizations,
    private readonly legacyKeys: LegacyKeys,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post()
  @ForPerson()
  @Answers('Found an organization, with its default project', OrganizationShape)
  async create(
    @Body(decode(Named), plainName) { name }: t.TypeOf<typeof Named>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Organization> {
    const done = await this.commands.execute(new CreateOrganization(context, by, name));
    return this.settled.after(done, ({ id }) => this.show(id, by));
  }

  @Get()
  @ForReader()
  @Answers('List organizations', listOf(OrganizationShape))
  list(@Asked(PageQuery) query: PageQuery, @Reading() reader: Reader) {
    const part = this.lists.part('/v1/organizations', query);
    if (E.isLeft(part)) return part;
    const page = this.organizations.page(reader, part.right);
    return E.right(this.lists.body('/v1/organizations', query, { ...page, items: page.items.map(this.view(reader)) }));
  }

  @Get(':organizationId')
  @ForReader()
  @Answers('Read an organization', OrganizationShape, { etag: true })
  get(@Param('organizationId', decodeId(OrganizationId)) id: OrganizationId, @Reading() reader: Reader) {
    const found = this.organizations.get(reader, id, timestampOf(Date.now()));
    if (E.isLeft(found)) return found;
    const body = this.view(reader)(found.right);
    return E.right(reply(body, { etag: etagOf(found.right.changed, body), position: this.lists.position }));
  }

  @Patch(':organizationId')
  @ForPerson()
  @Answers('Change an organization’s name or privacy', OrganizationShape)
  async update(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Body(decode(Change), plainName) change: t.TypeOf<typeof Change>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Organization> {
    return this.settled.after(await this.commands.execute(new UpdateOrganization(context, by, id, change)), () =>
      this.show(id, by),
    );
  }

  @Put(':organizationId/features')
  @ForOperator()
  @Answers('Switch features of an organization on or off', OrganizationShape)
  setFeatures(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Body(decode(Features)) features: t.TypeOf<typeof Features>,
    @Context() context: CommandContext,
  ): Answer<Organization> {
    return this.operate(context, id, { type: 'SetFeatures', features });
  }

  @Put(':organizationId/membership-method')
  @ForOperator()
  @Answers('Select how an organization takes its members', OrganizationShape)
  selectMethod(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Body(decode(Method)) { method }: t.TypeOf<typeof Method>,
    @Context() context: CommandContext,
  ): Answer<Organization> {
    return this.operate(context, id, { type: 'SelectMembershipMethod', method });
  }

  @Post(':organizationId/suspend')
  @ForOperator()
  @HttpCode(200)
  @Answers('Suspend an organization', OrganizationShape)
  suspend(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Context() context: CommandContext,
  ): Answer<Organization> {
    return this.operate(context, id, { type: 'SuspendOrganization' });
  }

  @Post(':organizationId/resume')
  @ForOperator()
  @HttpCode(200)
  @Answers('Resume an organization', OrganizationShape)
  resume(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Context() context: CommandContext,
  ): Answer<Organization> {
    return this.operate(context, id, { type: 'ResumeOrganization' });
  }

  @Post(':organizationId/transfer-ownership')
  @ForOperator()
  @HttpCode(200)
  @Answers('Make another member the owner', OrganizationShape)
  async transferOwnership(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Body(decode(NewOwner)) { accountId }: t.TypeOf<typeof NewOwner>,
    @Context() context: CommandContext,
  ): Answer<Organization> {
    const done = await this.commands.execute(new TransferOwnership(context, id, accountId));
    return this.settled.after(done, () => this.show(id));
  }

  private async operate(context: CommandContext, id: OrganizationId, operation: Operation): Answer<Organization> {
    const done = await this.commands.execute(new OperateOrganization(context, id, operation));
    return this.settled.after(done, () => this.show(id));
  }

  /** After a command that was allowed, what it made is shown, whoever may read it. */
  private show(id: OrganizationId, reader: Reader = 'operator') {
    return Promise.resolve(E.map(this.view(reader))(this.organizations.get('operator', id, timestampOf(Date.now()))));
  }

  /** That there is a legacy key is for its owner to see, and the operator who issued it (PRJ-08, KEY-29). */
  private view(reader: Reader) {
    return (document: OrganizationDocument) => {
      const found = this.legacyKeys.get(reader, document.id, timestampOf(Date.now()));
      return organizationView(document, E.isRight(found) ? found.right.id : null);
    };
  }
}
