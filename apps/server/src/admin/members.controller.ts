import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import type { Reader } from '#libs/authorization';
import type { CommandContext } from '#libs/event-store';
import { AccountId, E, exact, OrganizationId, pipe, type Role, TE, timestampOf } from '#libs/kernel';
import { ChangeMemberRole, Organizations, ProvisionMember, RemoveMember } from '#libs/organizations';
import { ForPerson, ForPersonOr, ForReader, ForScope } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import type { Caller } from '../http/caller.js';
import { decode, decodeId } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { RoleName } from '../http/fields.js';
import { type ListBody, Lists, PageQuery } from '../http/list.js';
import { Asked } from '../http/query.guard.js';
import { Calling, Context, Person, Reading } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers, AnswersNothing } from '../openapi/answers.js';
import { listOf, Member as MemberShape } from '../openapi/shapes.js';
import { type Member, ShownMembers } from './shown-members.js';

const Provision = exact({ accountId: AccountId });
const RoleChange = exact({ role: RoleName });

@Controller('v1/organizations/:organizationId/members')
export class MembersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly organizations: Organizations,
    private readonly members: ShownMembers,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post()
  @ForScope('identity')
  @Answers('Make an account a member, where members come by single sign-on', MemberShape)
  async provision(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Body(decode(Provision)) { accountId }: t.TypeOf<typeof Provision>,
    @Context() context: CommandContext,
  ): Answer<Member> {
    const done = await this.commands.execute(new ProvisionMember(context, id, accountId));
    return this.settled.after(done, () => this.members.one('operator', id, accountId));
  }

  @Get()
  @ForReader()
  @Answers('List members', listOf(MemberShape))
  async list(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Asked(PageQuery) query: PageQuery,
    @Reading() reader: Reader,
  ): Answer<ListBody<Member>> {
    const path = `/v1/organizations/${id}/members`;
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const page = this.organizations.membersOf(reader, id, part.right, timestampOf(Date.now()));
    if (E.isLeft(page)) return page;
    return pipe(
      this.members.all(page.right.items),
      TE.map((items) => this.lists.body(path, query, { ...page.right, items })),
    )();
  }

  @Get(':accountId')
  @ForReader()
  @Answers('Read a member', MemberShape, { etag: true })
  async get(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Param('accountId', decodeId(AccountId)) accountId: AccountId,
    @Reading() reader: Reader,
  ): Answer<Member> {
    const found = this.organizations.member(reader, id, accountId, timestampOf(Date.now()));
    if (E.isLeft(found)) return found;
    const member = await this.members.withPerson(found.right);
    if (E.isLeft(member)) return member;
    const etag = etagOf(found.right.changed, member.right);
    return E.right(reply(member.right, { etag, position: this.lists.position }));
  }

  @Patch(':accountId')
  @ForPerson()
  @Answers('Change a member’s role', MemberShape)
  async changeRole(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Param('accountId', decodeId(AccountId)) accountId: AccountId,
    @Body(decode(RoleChange)) { role }: { readonly role: Role },
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Member> {
    const done = await this.commands.execute(new ChangeMemberRole(context, by, id, accountId, role));
    return this.settled.after(done, () => this.members.one('operator', id, accountId));
  }

  @Delete(':accountId')
  @ForPersonOr('identity')
  @HttpCode(204)
  @AnswersNothing('Remove a member')
  async remove(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Param('accountId', decodeId(AccountId)) accountId: AccountId,
    @Calling() { person }: Caller,
    @Context() context: CommandContext,
  ): Answer<undefined> {
    return this.settled.nothing(await this.commands.execute(new RemoveMember(context, person, id, accountId)));
  }
}
