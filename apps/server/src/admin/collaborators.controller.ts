import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import { AccountByEmail, People, type Person as Personal, type VaultFailure } from '#libs/accounts';
import type { Reader, Refusal } from '#libs/authorization';
import type { CommandContext } from '#libs/event-store';
import { AccountId, E, exact, pipe, ProjectId, type Role, TE, timestampOf } from '#libs/kernel';
import {
  AddCollaborator,
  ChangeCollaboratorRole,
  type CollaboratorDocument,
  Collaborators,
  Projects,
  RemoveCollaborator,
} from '#libs/projects';
import { ForPerson, ForReader } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { decode, decodeId } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { Email, RoleName } from '../http/fields.js';
import { type ListBody, Lists, PageQuery } from '../http/list.js';
import { Asked } from '../http/query.guard.js';
import { Context, Person, Reading } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers, AnswersNothing } from '../openapi/answers.js';
import { Collaborator as CollaboratorShape, listOf } from '../openapi/shapes.js';

const Addition = exact({ email: Email });
const RoleChange = exact({ role: RoleName });

type Collaborator = CollaboratorDocument & Personal;

@Controller('v1/projects/:projectId/collaborators')
export class CollaboratorsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly collaborators: Collaborators,
    private readonly projects: Projects,
    private readonly people: People,
    private readonly byEmail: AccountByEmail,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post()
  @ForPerson()
  @Answers('Add a person to a project', CollaboratorShape)
  async add(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Body(decode(Addition)) { email }: t.TypeOf<typeof Addition>,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Collaborator> {
    const found = await this.byEmail.find(email)();
    if (E.isLeft(found)) return found;
    const accountId = found.right;
    const done = await this.commands.execute(new AddCollaborator(context, by, id, accountId));
    return this.settled.after(done, () => this.show(id, accountId ?? ''));
  }

  @Get()
  @ForReader()
  @Answers('List whoever is in a project', listOf(CollaboratorShape))
  async list(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Asked(PageQuery) query: PageQuery,
    @Reading() reader: Reader,
  ): Answer<ListBody<Collaborator>> {
    const path = `/v1/projects/${id}/collaborators`;
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const page = this.collaborators.page(reader, id, part.right, timestampOf(Date.now()));
    if (E.isLeft(page)) return page;
    return pipe(
      this.people.withPersons(page.right.items, ({ accountId }) => accountId),
      TE.map((items) => this.lists.body(path, query, { ...page.right, items })),
    )();
  }

  @Get(':accountId')
  @ForReader()
  @Answers('Read a collaborator', CollaboratorShape, { etag: true })
  async get(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Param('accountId', decodeId(AccountId)) accountId: AccountId,
    @Reading() reader: Reader,
  ): Answer<Collaborator> {
    const found = await this.show(id, accountId, reader);
    if (E.isLeft(found)) return found;
    const changed = this.projects.row(id, accountId)?.changed ?? 0n;
    return E.right(reply(found.right, { etag: etagOf(changed, found.right), position: this.lists.position }));
  }

  @Patch(':accountId')
  @ForPerson()
  @Answers('Change a collaborator’s role', CollaboratorShape)
  async changeRole(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Param('accountId', decodeId(AccountId)) accountId: AccountId,
    @Body(decode(RoleChange)) { role }: { readonly role: Role },
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<Collaborator> {
    const done = await this.commands.execute(new ChangeCollaboratorRole(context, by, id, accountId, role));
    return this.settled.after(done, () => this.show(id, accountId));
  }

  @Delete(':accountId')
  @ForPerson()
  @HttpCode(204)
  @AnswersNothing('Remove a collaborator')
  async remove(
    @Param('projectId', decodeId(ProjectId)) id: ProjectId,
    @Param('accountId', decodeId(AccountId)) accountId: AccountId,
    @Person() by: AccountId,
    @Context() context: CommandContext,
  ): Answer<undefined> {
    return this.settled.nothing(await this.commands.execute(new RemoveCollaborator(context, by, id, accountId)));
  }

  private show(
    id: ProjectId,
    accountId: string,
    reader: Reader = 'operator',
  ): Promise<E.Either<Refusal | VaultFailure, Collaborator>> {
    return pipe(
      TE.fromEither<Refusal | VaultFailure, CollaboratorDocument>(
        this.collaborators.get(reader, id, accountId, timestampOf(Date.now())),
      ),
      TE.flatMap((document) =>
        pipe(
          this.people.withPersons([document], (each) => each.accountId),
          TE.map(([shown]) => shown ?? { ...document, email: null, name: null }),
        ),
      ),
    )();
  }
}
