import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import type { Reader } from '#libs/authorization';
import type { CommandContext } from '#libs/event-store';
import { AccountId, E, exact, InvitationId, OrganizationId, pipe, TE, timestampOf } from '#libs/kernel';
import {
  AcceptInvitation,
  type InvitationDocument,
  Invitations,
  InviteMember,
  RevokeInvitation,
} from '#libs/organizations';
import { type CorruptBox, Vault, type VaultUnavailable } from '#libs/vault';
import { ForPerson, ForReader } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decode, decodeId } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { Email } from '../http/fields.js';
import { type ListBody, Lists, PageQuery } from '../http/list.js';
import { Asked } from '../http/query.guard.js';
import { Context, Person, Reading } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers, AnswersNothing } from '../openapi/answers.js';
import { Invitation as InvitationShape, listOf, Member as MemberShape, NewInvitation } from '../openapi/shapes.js';
import { type Member, ShownMembers } from './shown-members.js';
import { invitationView } from './views.js';

const Addressee = exact({ email: Email });
const Acceptance = exact({ token: t.string });

type Invitation = ReturnType<typeof invitationView>;

@Controller('v1')
export class InvitationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly invitations: Invitations,
    private readonly members: ShownMembers,
    private readonly vault: Vault,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post('organizations/:organizationId/invitations')
  @ForPerson()
  @Answers('Invite a person by email; the token is shown once', NewInvitation)
  async invite(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Body(decode(Addressee)) { email }: t.TypeOf<typeof Addressee>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Invitation & { readonly token: string }> {
    const done = await this.commands.execute(new InviteMember(context, by, id, email));
    return this.settled.after(done, async (made) =>
      E.map((shown: Invitation) => ({ ...shown, token: made.token }))(await this.made(id, made.id)),
    );
  }

  @Get('organizations/:organizationId/invitations')
  @ForReader()
  @Answers('List invitations', listOf(InvitationShape))
  async list(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Asked(PageQuery) query: PageQuery,
    @Reading() reader: Reader,
  ): Answer<ListBody<Invitation>> {
    const path = `/v1/organizations/${id}/invitations`;
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const page = this.invitations.page(reader, id, part.right, timestampOf(Date.now()));
    if (E.isLeft(page)) return page;
    return pipe(
      this.shown(page.right.items),
      TE.map((items) => this.lists.body(path, query, { ...page.right, items })),
    )();
  }

  @Get('organizations/:organizationId/invitations/:invitationId')
  @ForReader()
  @Answers('Read an invitation', InvitationShape, { etag: true })
  async get(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Param('invitationId', decodeId(InvitationId)) invitationId: InvitationId,
    @Reading() reader: Reader,
  ): Answer<Invitation> {
    const found = this.invitations.get(reader, id, invitationId, timestampOf(Date.now()));
    if (E.isLeft(found)) return found;
    const shown = await this.withAddress(found.right);
    if (E.isLeft(shown)) return shown;
    const etag = etagOf(found.right.changed, shown.right);
    return E.right(reply(shown.right, { etag, position: this.lists.position }));
  }

  @Delete('organizations/:organizationId/invitations/:invitationId')
  @ForPerson()
  @HttpCode(204)
  @AnswersNothing('Revoke an invitation')
  async revoke(
    @Param('organizationId', decodeId(OrganizationId)) id: OrganizationId,
    @Param('invitationId', decodeId(InvitationId)) invitationId: InvitationId,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<undefined> {
    return this.settled.nothing(await this.commands.execute(new RevokeInvitation(context, by, id, invitationId)));
  }

  @Post('invitations/accept')
  @ForPerson()
  @HttpCode(200)
  @Answers('Accept an invitation and become a member', MemberShape)
  async accept(
    @Body(decode(Acceptance)) { token }: t.TypeOf<typeof Acceptance>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Member> {
    const done = await this.commands.execute(new AcceptInvitation(context, by, token));
    return this.settled.after(done, ({ organizationId }) => this.members.one('operator', organizationId, by));
  }

  private async made(organizationId: OrganizationId, id: InvitationId): Promise<E.Either<Failed, Invitation>> {
    const found = this.invitations.get('operator', organizationId, id, timestampOf(Date.now()));
    return E.isLeft(found) ? found : this.withAddress(found.right);
  }

  private withAddress(document: InvitationDocument): Promise<E.Either<Failed, Invitation>> {
    return pipe(
      this.shown([document]),
      TE.map(([only]) => only ?? invitationView(document, null)),
    )();
  }

  /** With the address, while it is not erased. */
  private shown(
    documents: ReadonlyArray<InvitationDocument>,
  ): TE.TaskEither<VaultUnavailable | CorruptBox, ReadonlyArray<Invitation>> {
    const sealed = documents.flatMap(({ id }) => this.invitations.addressOf(id) ?? []);
    return pipe(
      this.vault.openMany(sealed),
      TE.map((opened) => {
        const boxes = new Map(sealed.map(({ sealedFor }, n) => [sealedFor, opened[n]] as const));
        return documents.map((document) => {
          const box = boxes.get(document.address.sealedFor);
          return invitationView(document, box?._tag === 'Some' ? (box.value['email'] ?? null) : null);
        });
      }),
    );
  }
}

type Failed = Extract<Awaited<Answer<Invitation>>, { _tag: 'Left' }>['left'];
